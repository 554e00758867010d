#pragma once

#include <string>
#include <string_view>

#include "espalier/plugin.hpp"

namespace espalier {

/// What an accepted stamp says.
struct PluginStamp {
  std::string name;
  std::string summary;
  std::string kind;  ///< see PluginInfo::kind
};

/// Compares the first bytes of a PluginInfo with this framework: magic, API number, size, build,
/// and name, in this order, so that nothing is read that a former answer has not vouched for.
/// `expected_name` may be empty: any well-formed name will do. Throws PluginError "[plugin WHERE]
/// ..." that names both sides.
ESPALIER_API PluginStamp check_stamp(std::string_view where, std::string_view bytes,
                                     std::string_view expected_name);

/// The part of `info` that does not change when a library is loaded: all but its two addresses.
ESPALIER_API std::string_view stamp_bytes(const PluginInfo& info);

/// Whether `name` is made of letters, digits, '_' and '-', so that `espalier_<name>.so` names a
/// file in a folder and nothing else.
ESPALIER_API bool is_plugin_name(std::string_view name);
/// Throws PluginError unless it is.
ESPALIER_API void check_plugin_name(std::string_view where, std::string_view name);

}  // namespace espalier
