#include "testing/run_checks.hpp"

#include <algorithm>

namespace espalier::testing {

void check_skipped_names(const std::vector<std::string>& skip,
                         const std::vector<std::string>& names) {
  for (const std::string& name : skip) {
    if (std::ranges::find(names, name) != names.end()) continue;
    throw ConfigError(text::cat("[testing] skip: expected names of checks (",
                                text::join(names, ", "), "), found ", text::quoted(name),
                                text::suggestion(name, names)));
  }
}

const PluginInfo& plugin_named(std::string_view name, std::span<const PluginInfo* const> linked) {
  std::vector<std::string> names;
  for (const PluginInfo* const info : linked) {
    if (name == info->name) return *info;
    names.emplace_back(info->name);
  }
  throw PluginError(text::cat("[testing] expected a plugin that is linked into this program (",
                              text::join(names, ", "), "), found ", text::quoted(name),
                              text::suggestion(name, names)));
}

}  // namespace espalier::testing
