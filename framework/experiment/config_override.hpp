#pragma once

#include <string>

#include "experiment/config_node.hpp"

namespace espalier {

/// Applies `key.path=value` to an experiment before it is read. The value is YAML (a scalar,
/// brackets, braces); elements of lists are addressed by number from 0 (`trunk.stages.0.name`).
/// Missing maps on the way are made; a choice given by its name alone makes room for options
/// (`balance: pcgrad` and `balance.pcgrad.scale=...`). `key=null` and `~key` remove what is there.
/// Keys that mean nothing are refused later, by the reader, whose message names the override.
/// Throws ConfigError "override 'TEXT': ...".
ESPALIER_API void apply_override(ConfigNode& root, const std::string& text);

/// The same for a value written elsewhere, in a study: messages name its place.
ESPALIER_API void set_key(ConfigNode& root, const std::string& path, const ConfigNode& value);

}  // namespace espalier
