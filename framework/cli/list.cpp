#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/catalog.hpp"

namespace espalier::cli {

namespace {

struct Row {
  std::string kind, name, summary;
};

std::vector<Row> rows_of(const std::string& kind, const std::vector<std::string>& folders) {
  std::vector<Row> rows;
  for (const CatalogEntry& entry : catalog()) {
    if (kind.empty() || kind == entry.kind) rows.push_back({entry.kind, entry.name, entry.summary});
  }
  for (const CatalogEntry& plugin : plugin_catalog(folders)) {
    if (kind.empty() || kind == "plugins") {
      const std::string of = plugin.beside.empty() ? "" : plugin.beside + ": ";
      rows.push_back({plugin.kind, plugin.name, of + plugin.summary});
    } else if (kind == plugin.beside) {
      rows.push_back({plugin.beside, plugin.name, "plugin: " + plugin.summary});
    }
  }
  return rows;
}

void print(const std::vector<Row>& rows) {
  std::string kind;
  for (const Row& row : rows) {
    if (row.kind != kind) std::cout << (kind.empty() ? "" : "\n") << row.kind << '\n';
    kind = row.kind;
    const std::size_t width = 22;
    std::cout << "  " << row.name
              << std::string(row.name.size() < width ? width - row.name.size() : 1, ' ')
              << row.summary << '\n';
  }
}

}  // namespace

void add_list(CLI::App& app) {
  CLI::App* const command = app.add_subcommand("list", "what an experiment can name");
  const auto kind = std::make_shared<std::string>();
  const auto folders = std::make_shared<std::vector<std::string>>();
  const auto json = std::make_shared<bool>(false);
  command->add_option("kind", *kind, text::join(catalog_kinds(), ", "));
  add_plugins_option(*command, *folders);
  command->add_flag("--json", *json, "as JSON");
  command->callback([kind, folders, json] {
    const std::vector<std::string> kinds = catalog_kinds();
    if (!kind->empty() && std::ranges::find(kinds, *kind) == kinds.end()) {
      throw ConfigError(text::cat("[list] expected one of ", text::join(kinds, ", "), ", found ",
                                  text::quoted(*kind), text::suggestion(*kind, kinds)));
    }
    const std::vector<Row> rows = rows_of(*kind, *folders);
    if (!*json) return print(rows);
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Row& row : rows) {
      all.push_back({{"kind", row.kind}, {"name", row.name}, {"summary", row.summary}});
    }
    std::cout << all.dump(2) << '\n';
  });
}

}  // namespace espalier::cli
