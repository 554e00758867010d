#pragma once

#include <string_view>

#include "espalier/plugin.hpp"

namespace espalier {

/// The object that the plugin contributes, which must be of `kind`. Throws PluginError where it is
/// of another, or where its constructor threw.
void* make_object(const PluginInfo& info, std::string_view kind);

}  // namespace espalier
