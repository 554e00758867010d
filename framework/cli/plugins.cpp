#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/option_text.hpp"
#include "core/text.hpp"
#include "experiment/plugin_check.hpp"
#include "experiment/plugin_list.hpp"

namespace espalier::cli {

namespace {

using nlohmann::ordered_json;

/// What the four commands are asked.
struct Request {
  PluginSearch search;
  std::string what;  ///< a name or a path
  double seconds = 10.0;
  bool json = false;
};

void list(const Request& request) {
  auto all = ordered_json::array();
  for (const PluginRecord& plugin : list_plugins(request.search)) {
    if (request.json) {
      all.push_back({{"name", plugin.name},
                     {"kind", plugin.kind},
                     {"summary", plugin.summary},
                     {"file", plugin.file},
                     {"origin", plugin.origin},
                     {"usable", plugin.why_not.empty()},
                     {"reason", plugin.why_not}});
      continue;
    }
    std::cout << text::padded(plugin.name, 22) << text::padded(plugin.kind, 10)
              << (plugin.why_not.empty() ? plugin.summary : "refused: " + plugin.why_not) << '\n';
    if (plugin.file.empty()) continue;
    std::cout << std::string(32, ' ') << plugin.file << " (" << plugin.origin << ")\n";
  }
  if (request.json) std::cout << all.dump(2) << '\n';
}

ordered_json json_of(const PluginCheck& check) {
  ordered_json j = {{"name", check.name},
                    {"kind", check.kind},
                    {"summary", check.summary},
                    {"file", check.file},
                    {"usable", check.why_not.empty()}};
  if (check.why_not.empty()) {
    j["options"] = option_json(check.options);
  } else {
    j["stage"] = check.stage;
    j["reason"] = check.why_not;
  }
  return j;
}

int print(const PluginCheck& check, const std::string& origin, bool json) {
  if (json) {
    ordered_json j = json_of(check);
    if (!origin.empty()) j["origin"] = origin;
    std::cout << j.dump(2) << '\n';
  } else if (check.why_not.empty()) {
    std::cout << check.name << " (" << check.kind << "): " << check.summary
              << "\n  file: " << check.file << (origin.empty() ? "" : " (" + origin + ")") << '\n'
              << option_text(check.options);
  } else {
    std::cerr << "espalier: " << check.why_not << '\n';
  }
  return check.why_not.empty() ? 0 : 2;
}

int info(const Request& request) {
  const PluginRecord plugin = find_plugin(request.search, request.what);
  return print(check_plugin(plugin.file, request.seconds), plugin.origin, request.json);
}

void add_search(CLI::App& command, Request& request) {
  add_plugins_option(command, request.search.folders);
  command.add_option("--experiment", request.search.experiment,
                     "search the folders of this experiment's `plugins:` too");
}

void add_timeout(CLI::App& command, Request& request) {
  command.add_option("--timeout", request.seconds, "seconds that one stage may last (default 10)")
      ->check(CLI::PositiveNumber);
}

}  // namespace

void add_plugins(CLI::App& app, int& exit_code) {
  CLI::App* const all =
      app.add_subcommand("plugins", "which plugins there are, and what is in them");
  all->require_subcommand(1);
  const auto request = std::make_shared<Request>();

  CLI::App* const list_all = all->add_subcommand("list", "every plugin in reach, by its stamp");
  add_search(*list_all, *request);
  list_all->add_flag("--json", request->json, "as JSON");
  list_all->callback([request] { list(*request); });

  CLI::App* const one = all->add_subcommand("info", "one plugin with its options");
  one->add_option("name", request->what, "its name")->required();
  add_search(*one, *request);
  add_timeout(*one, *request);
  one->add_flag("--json", request->json, "as JSON");
  one->callback([request, &exit_code] { exit_code = info(*request); });

  CLI::App* const check =
      all->add_subcommand("check", "one file: stamp, load, constructor, options, destructor");
  check->add_option("path", request->what, "espalier_NAME.so")->required();
  add_timeout(*check, *request);
  check->add_flag("--json", request->json, "as JSON");
  check->callback([request, &exit_code] {
    exit_code = print(check_plugin(request->what, request->seconds), "", request->json);
  });

  CLI::App* const which = all->add_subcommand("which", "the file that a name stands for");
  which->add_option("name", request->what, "the plugin's name")->required();
  add_search(*which, *request);
  which->callback(
      [request] { std::cout << find_plugin(request->search, request->what).file << '\n'; });
}

}  // namespace espalier::cli
