#pragma once

#include <string>
#include <string_view>

#include "experiment/config_node.hpp"

namespace espalier {

/// `node` as YAML in block style; lists of scalars in brackets. Parsing the text gives `node` back,
/// except that a scalar which cannot stand without quotes comes back quoted.
ESPALIER_API std::string emit_yaml(const ConfigNode& node);

/// Whether the text, written without quotes, is read back as the same text by every YAML reader:
/// not as a number, a flag or nothing.
ESPALIER_API bool reads_as_text(std::string_view text);

}  // namespace espalier
