#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "experiment/plugin_list.hpp"
#include "experiment/reference.hpp"

namespace espalier {

/// The keys that `list` lists, but for those that may have any name.
std::vector<FieldRow> named_rows(const std::function<void(ConfigFields&)>& list);

/// What an experiment may name, and the options of that: entries of the tables and plugins. Throws
/// nothing: what cannot be read has no names.
class NamesInReach {
 public:
  explicit NamesInReach(PluginSearch search) : search_(std::move(search)) {}

  /// Names of a table, and of the plugins that stand beside it.
  std::vector<std::string> of_table(const std::string& table) const;
  /// The usable plugins of a kind.
  std::vector<std::string> plugins(const std::string& kind) const;

  /// Options of `name` of a table, or of the plugin of this name that stands beside it.
  std::vector<FieldRow> options(const std::string& table, const std::string& name) const;
  std::vector<FieldRow> plugin_options(const std::string& name, const std::string& kind) const;

 private:
  PluginSearch search_;
};

}  // namespace espalier
