#pragma once

#include "tensor/simd.hpp"

namespace espalier {

/// What a product's numbers go through on their way to memory, instead of passes of their own
/// before and behind it; with the bits of those passes.
struct Epilogue {
  const real* bias = nullptr;  ///< one number a column: C = bias + alpha A B, whatever beta says
  bool rectify = false;        ///< then c < 0 ? 0 : c; NaN stays
  const real* mask = nullptr;  ///< laid out like C: then mask > 0 ? c : 0

  bool shapes() const { return rectify || mask != nullptr; }
};

/// Of numbers or of vectors.
template <class V>
V rectified(V v) {
  return v < V{} ? V{} : v;
}
template <class V>
V masked(V mask, V v) {
  return mask > V{} ? v : V{};
}

/// The last part of an epilogue, for n numbers that follow each other.
inline void shape_numbers(const Epilogue& e, Index n, real* numbers) {
  if (e.rectify) {
    for (Index j = 0; j < n; ++j) numbers[j] = rectified(numbers[j]);
  }
  if (e.mask != nullptr) {
    const real* __restrict mask = e.mask;
    for (Index j = 0; j < n; ++j) numbers[j] = masked(mask[j], numbers[j]);
  }
}

}  // namespace espalier
