#pragma once

#include <string>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// Where plugins are looked for, beside the usual places (plugin/search.hpp).
struct PluginSearch {
  std::vector<std::string> folders;  ///< of the command line
  std::string experiment;            ///< YAML file whose `plugins:` are searched too; may be empty
};

/// A plugin that was found.
struct PluginRecord {
  std::string name;
  std::string kind;     ///< "task", "sharing", ...; empty where the stamp cannot be trusted
  std::string summary;  ///< likewise
  std::string file;     ///< absolute; empty where there are two
  std::string origin;   ///< who named its folder: "--plugin-path", "prefix", ...
  std::string why_not;  ///< empty: usable
  /// Where `file` is empty: all of this name, absolute, in the order in which they were found.
  std::vector<std::string> files;
};

/// Every plugin in reach, by its stamp alone: no code of any of them runs. Sorted by name. Throws
/// ConfigError where the experiment cannot be read.
ESPALIER_API std::vector<PluginRecord> list_plugins(const PluginSearch& search);

/// The one plugin of this name. Throws PluginError: found nowhere (says where it looked), found
/// twice (names both files), or refused.
ESPALIER_API PluginRecord find_plugin(const PluginSearch& search, const std::string& name);

}  // namespace espalier
