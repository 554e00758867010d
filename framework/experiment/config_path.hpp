#pragma once

#include <string>

#include "espalier/fields.hpp"
#include "experiment/config_node.hpp"

namespace espalier {

/// A path written in YAML or in an override, made absolute: `${NAME}` is replaced by the
/// environment variable NAME (an unset one is a ConfigError), and `$${` stands for a plain `${`.
/// Relative paths start at the folder of the YAML file; those that begin with a variable start, as
/// its value does, at the current folder.
ESPALIER_API Path read_path(const ConfigNode& node, const std::string& path);

/// A text that `read_path` reads back as `path`; nothing where it is empty.
ESPALIER_API ConfigNode write_path(const Path& path);

}  // namespace espalier
