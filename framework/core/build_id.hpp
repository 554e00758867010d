#pragma once

#include <string_view>

#include "espalier/api.hpp"

namespace espalier {

/// "0.1.0": the framework's version.
ESPALIER_API std::string_view version();

/// What a plugin must have been built with, as one literal: framework version, compiler, C++
/// library ABI, scalar type, architecture flags, sanitizers, assertions. Equal strings mean that
/// host and plugin agree on every type that crosses between them.
ESPALIER_API std::string_view build_string();

}  // namespace espalier
