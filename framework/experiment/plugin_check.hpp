#pragma once

#include <string>
#include <vector>

#include "experiment/reference.hpp"

namespace espalier {

/// What a plugin's file turned out to be.
struct PluginCheck {
  std::string file;  ///< absolute
  std::string name;
  std::string kind;
  std::string summary;
  std::vector<FieldRow> options;
  std::string stage;    ///< where it failed: "stamp", "load", "constructor", "options", ...
  std::string why_not;  ///< one sentence; empty: usable
};

/// Every check that needs no data: the stamp, read from the file before any of its code runs; then,
/// in a process of its own, load, constructor, options, destructor and unload, so that a crash, or
/// a call that lasts longer than `seconds`, is a sentence. Throws nothing that the plugin is to
/// blame for.
ESPALIER_API PluginCheck check_plugin(const std::string& path, double seconds = 10.0);

}  // namespace espalier
