#pragma once

#include "espalier/shape.hpp"
#include "tensor/simd.hpp"

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

/// to = from over n numbers that lie apart. Slabs are often a vector or two, for which a call of
/// memcpy is long.
inline void copy_slab(Index n, const real* from, real* to) {
  Index i = 0;
  for (; i + simd::kLanes <= n; i += simd::kLanes) simd::store(to + i, simd::load(from + i));
  for (; i < n; ++i) to[i] = from[i];
}

/// to += from, likewise.
inline void add_slab(Index n, const real* from, real* to) {
  Index i = 0;
  for (; i + simd::kLanes <= n; i += simd::kLanes) {
    simd::store(to + i, simd::load(to + i) + simd::load(from + i));
  }
  for (; i < n; ++i) to[i] += from[i];
}

}  // namespace espalier
