#pragma once

#include "tensor/simd.hpp"

/// The one inner loop of matrix products and convolutions: a tile of sums that stays in registers.
namespace espalier {

/// What a tile sums, row i < rows, column j < vectors * kLanes:
///   sum over s < segments, k < run of
///     a[offsets[i] + s segment + k step]  b[(s run + k) b_stride + j]
/// in this order of s and k, one addition after the other: a sum depends neither on the tile that
/// it is in nor on its place there. Offsets ascend. Products: one segment. Convolutions: a segment
/// is a row of the kernel (outputs) or of the image (gradients of the weight).
struct TileSums {
  const real* a;
  const Index* offsets;
  Index segments = 1;
  Index run;
  Index segment = 0;
  Index step;
  const real* b;
  Index b_stride;
};

/// Writes the sums to `sums` (rows, vectors * kLanes).
/// REQUIRES: 1 <= rows <= simd::kTileRows, 1 <= vectors <= simd::kTileVectors.
void sum_tile(const TileSums& of, Index rows, Index vectors, real* sums);

}  // namespace espalier
