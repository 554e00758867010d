#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "experiment/config_node.hpp"

namespace espalier {

/// Limits of what is read: an experiment has some hundred nodes.
inline constexpr std::size_t kMaxYamlNodes = 100'000;
inline constexpr std::size_t kMaxYamlDepth = 64;

/// One strict YAML document. Throws ConfigError "FILE:LINE:COLUMN: ..." for bad syntax, a second
/// document, duplicate keys, keys that are not text, merge keys, tags, and more than the limits.
/// Aliases are copied. Relative paths will start at the folder of `file_name`.
ESPALIER_API ConfigNode parse_yaml(std::string_view text, const std::string& file_name);

/// The same for a value that has no lines to point at; messages begin with `origin->name`.
ConfigNode parse_yaml_value(std::string_view text, std::shared_ptr<const Origin> origin);

/// `parse_yaml` of a file. Throws ConfigError "FILE: cannot read: ...".
ESPALIER_API ConfigNode load_yaml(const std::string& path);

}  // namespace espalier
