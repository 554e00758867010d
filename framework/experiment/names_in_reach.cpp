#include "experiment/names_in_reach.hpp"

#include <algorithm>
#include <map>

#include "espalier/error.hpp"
#include "experiment/catalog.hpp"
#include "experiment/plugin_check.hpp"
#include "experiment/spec_parts.hpp"

namespace espalier {

namespace {

constexpr double kProbeSeconds = 2.0;

/// Tables that plugins of a kind stand beside.
const std::map<std::string, std::string> kPluginKinds = {{"balancers", "balancer"},
                                                         {"sources", "source"}};

}  // namespace

std::vector<FieldRow> named_rows(const std::function<void(ConfigFields&)>& list) {
  std::vector<FieldRow> all = field_rows(list);
  std::erase_if(all, [](const FieldRow& row) { return row.name == "..."; });
  return all;
}

std::vector<std::string> NamesInReach::of_table(const std::string& table) const {
  std::vector<std::string> names = catalog_names(table);
  const auto kind = kPluginKinds.find(table);
  if (kind == kPluginKinds.end()) return names;
  for (std::string& name : plugins(kind->second)) names.push_back(std::move(name));
  return names;
}

std::vector<std::string> NamesInReach::plugins(const std::string& kind) const {
  std::vector<std::string> all;
  try {
    for (const PluginRecord& plugin : list_plugins(search_)) {
      if (plugin.why_not.empty() && plugin.kind == kind) all.push_back(plugin.name);
    }
  } catch (const Error&) {  // `plugins:` of the experiment: the tables are there all the same
  }
  return all;
}

std::vector<FieldRow> NamesInReach::options(const std::string& table,
                                            const std::string& name) const {
  for (const CatalogEntry& entry : catalog()) {
    if (entry.kind == table && entry.name == name) return named_rows(entry.list_fields);
  }
  const auto kind = kPluginKinds.find(table);
  if (kind == kPluginKinds.end()) return {};
  const std::vector<std::string> there = plugins(kind->second);
  if (std::ranges::find(there, name) == there.end()) return {};
  std::vector<FieldRow> rows = plugin_options(name, kind->second);
  if (table == "balancers") {  // what stands beside the options of every method
    BalanceConventions beside;
    for (FieldRow& row : named_rows([&](ConfigFields& f) { beside.fields(f); })) {
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::vector<FieldRow> NamesInReach::plugin_options(const std::string& name,
                                                   const std::string& kind) const {
  try {
    const PluginRecord plugin = find_plugin(search_, name);
    if (plugin.kind != kind) return {};
    return check_plugin(plugin.file, kProbeSeconds).options;
  } catch (const Error&) {
    return {};
  }
}

}  // namespace espalier
