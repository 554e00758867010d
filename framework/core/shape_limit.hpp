#pragma once

#include "espalier/shape.hpp"

namespace espalier {

/// Most numbers of one tensor. More than any machine holds, and so few that their bytes, times any
/// number of lanes, fit an Index: sums of sizes need no check of their own.
constexpr Index kMostNumbers = Index{1} << 40U;

/// Whether `shape` has at most `most` numbers, found without a product that overflows. A shape that
/// comes from a user must pass before its size is asked for.
inline bool has_at_most(const Shape& shape, Index most) {
  Index product = 1;
  for (const Index extent : shape) {
    if (extent == 0) return true;
    if (extent > most / product) return false;
    product *= extent;
  }
  return true;
}

}  // namespace espalier
