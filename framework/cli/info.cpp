#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/option_text.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/catalog.hpp"
#include "experiment/failure_reports.hpp"
#include "experiment/reference.hpp"

namespace espalier::cli {

namespace {

void print_indented(std::string_view detail) {
  std::cout << "  ";
  for (const char c : detail) std::cout << c << (c == '\n' ? "  " : "");
  std::cout << '\n';
}

std::vector<CatalogEntry> everything(const std::vector<std::string>& folders) {
  std::vector<CatalogEntry> all = catalog();
  for (CatalogEntry& plugin : plugin_catalog(folders)) all.push_back(std::move(plugin));
  return all;
}

void info(const std::string& name, const std::vector<std::string>& folders) {
  bool found = false;
  std::vector<std::string> names;
  for (CatalogEntry& entry : everything(folders)) {
    names.push_back(entry.name);
    if (entry.name != name) continue;
    found = true;
    if (entry.complete) entry.complete(entry);
    std::cout << name << " (" << entry.kind << "): " << entry.summary << '\n';
    if (!entry.reference.empty()) std::cout << "  paper: " << entry.reference << '\n';
    if (!entry.detail.empty()) print_indented(entry.detail);
    std::cout << option_text(field_rows(entry.list_fields));
  }
  if (!found) {
    throw ConfigError(text::cat("[info] expected a name that `espalier list` shows, found ",
                                text::quoted(name), text::suggestion(name, names)));
  }
}

}  // namespace

void add_info(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("info", "one thing an experiment can name, with its options");
  const auto name = std::make_shared<std::string>();
  const auto folders = std::make_shared<std::vector<std::string>>();
  command->add_option("name", *name, "e.g. pcgrad, sgd, conv, letters")->required();
  add_plugins_option(*command, *folders);
  command->callback([name, folders] {
    const FailureReports reports;
    info(*name, *folders);
  });
}

}  // namespace espalier::cli
