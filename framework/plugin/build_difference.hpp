#pragma once

#include <string>
#include <string_view>

#include "espalier/api.hpp"

namespace espalier {

/// Two build strings, reduced to the parts (separated by "; ") in which they differ.
struct BuildDifference {
  std::string plugin;
  std::string framework;
};

/// What `plugin` and `framework` differ in: all of both where they have not the same number of
/// parts, nothing where they are equal.
ESPALIER_API BuildDifference build_difference(std::string_view plugin, std::string_view framework);

}  // namespace espalier
