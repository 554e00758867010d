#include "experiment/doctor/doctor.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "core/text.hpp"

namespace espalier::cli {

namespace {

void print(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    const bool wrong = !finding.mend.empty();
    std::cout << (wrong ? "WRONG  " : "ok     ") << text::padded(finding.area, 10) << finding.text
              << '\n';
    if (wrong) std::cout << "       " << text::padded("mend:", 10) << finding.mend << '\n';
  }
}

void print_json(const std::vector<Finding>& findings) {
  auto all = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    all.push_back({{"area", finding.area},
                   {"ok", finding.mend.empty()},
                   {"text", finding.text},
                   {"mend", finding.mend}});
  }
  std::cout << all.dump(2) << '\n';
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand(
      "doctor", "machine, libraries, threads, data, plugins: what is wrong, and what mends it");
  const auto search = std::make_shared<PluginSearch>();
  const auto json = std::make_shared<bool>(false);
  add_plugins_option(*command, search->folders);
  command->add_flag("--json", *json, "as JSON");
  command->callback([search, json, &exit_code] {
    const std::vector<Finding> findings = examine(*search);
    *json ? print_json(findings) : print(findings);
    const bool wrong =
        std::ranges::any_of(findings, [](const Finding& f) { return !f.mend.empty(); });
    exit_code = wrong ? 1 : 0;
  });
}

}  // namespace espalier::cli
