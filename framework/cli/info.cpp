#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/catalog.hpp"
#include "experiment/reference.hpp"
#include "plugin/registry.hpp"

namespace espalier::cli {

namespace {

template <class ListFields>
void print_options(ListFields list_fields) {
  FieldRows collected;
  try {
    list_fields(collected);
  } catch (const ConfigError&) {
    // Defaults need not fit together before required options are given; the list is complete.
  }
  for (const FieldRow& row : collected.rows()) {
    std::cout << "  " << row.name << ": " << row.doc << " (" << row.type
              << (row.required ? ", required" : "")
              << (row.default_value.empty() ? "" : ", default " + row.default_value) << ")\n";
  }
  if (collected.rows().empty()) std::cout << "  no options\n";
}

bool print_plugin(const std::string& name, const std::vector<std::string>& folders) {
  Registry registry(plugin_folders(folders));
  for (const PluginListing& plugin : registry.list()) {
    if (plugin.name != name) continue;
    std::cout << name << " (plugins): " << plugin.summary << '\n';
    std::cout << "  file: " << plugin.file << '\n';
    TaskHandle task = registry.load(name);
    print_options([&](Fields& fields) { task.fields(fields); });
    return true;
  }
  return false;
}

std::vector<std::string> all_names(const std::vector<std::string>& folders) {
  std::vector<std::string> names;
  for (const CatalogEntry& entry : catalog()) names.push_back(entry.name);
  for (const PluginListing& plugin : Registry(plugin_folders(folders)).list()) {
    names.push_back(plugin.name);
  }
  return names;
}

void info(const std::string& name, const std::vector<std::string>& folders) {
  bool found = false;
  for (const CatalogEntry& entry : catalog()) {
    if (entry.name != name) continue;
    found = true;
    std::cout << name << " (" << entry.kind << "): " << entry.summary << '\n';
    if (!entry.reference.empty()) std::cout << "  paper: " << entry.reference << '\n';
    print_options(entry.list_fields);
  }
  found |= print_plugin(name, folders);
  if (!found) {
    throw ConfigError(text::cat("[info] expected a name that `espalier list` shows, found ",
                                text::quoted(name), text::suggestion(name, all_names(folders))));
  }
}

}  // namespace

void add_info(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("info", "one thing an experiment can name, with its options");
  const auto name = std::make_shared<std::string>();
  const auto folders = std::make_shared<std::vector<std::string>>();
  command->add_option("name", *name, "e.g. pcgrad, sgd, conv, letters")->required();
  command->add_option("--plugins", *folders, "folders searched for plugins first")->delimiter(':');
  command->callback([name, folders] { info(*name, *folders); });
}

}  // namespace espalier::cli
