#pragma once

#include "espalier/shape.hpp"

namespace espalier {

/// A shape seen around one axis: `outer` blocks of `extent` slabs of `inner` numbers.
struct AxisView {
  Index outer = 1;
  Index extent = 1;
  Index inner = 1;

  AxisView(const Shape& shape, int axis) : extent(shape[axis]) {
    for (int a = 0; a < axis; ++a) outer *= shape[a];
    for (int a = axis + 1; a < shape.rank(); ++a) inner *= shape[a];
  }
  /// Blocks of `rows` rows of a shape with `all` rows.
  Index outer_of(Index rows, Index all) const { return outer / all * rows; }
};

}  // namespace espalier
