#pragma once

#include "espalier/api.hpp"

namespace espalier {

/// The size of `of` things in as few parts as can be, of about the same size, each at most `most`.
constexpr Index even(Index of, Index most) {
  const Index parts = (of + most - 1) / most;
  return (of + parts - 1) / parts;
}

}  // namespace espalier
