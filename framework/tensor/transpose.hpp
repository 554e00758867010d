#pragma once

#include <utility>

#include "tensor/simd.hpp"

namespace espalier::simd {

template <Index... kAt>
Vector low(Vector x, Vector y, std::integer_sequence<Index, kAt...> /*places*/) {
  return __builtin_shufflevector(x, y, (kAt % 2 == 0 ? kAt / 2 : kLanes + kAt / 2)...);
}
template <Index... kAt>
Vector high(Vector x, Vector y, std::integer_sequence<Index, kAt...> /*places*/) {
  return __builtin_shufflevector(x, y,
                                 (kLanes / 2 + (kAt % 2 == 0 ? kAt / 2 : kLanes + kAt / 2))...);
}

/// A block of kLanes x kLanes numbers (bits are carried over, whatever they mean). Dealing rows out
/// like cards, half of them with the other half, log2(kLanes) times, transposes.
inline void transpose_block(const real* from, Index from_stride, real* to, Index to_stride) {
  constexpr auto kPlaces = std::make_integer_sequence<Index, kLanes>();
  Vector v[kLanes], w[kLanes];
#pragma GCC unroll 16
  for (Index i = 0; i < kLanes; ++i) v[i] = load(from + i * from_stride);
#pragma GCC unroll 4
  for (Index width = 1; width < kLanes; width *= 2) {
#pragma GCC unroll 16
    for (Index i = 0; i < kLanes / 2; ++i) {
      w[2 * i] = low(v[i], v[i + kLanes / 2], kPlaces);
      w[2 * i + 1] = high(v[i], v[i + kLanes / 2], kPlaces);
    }
#pragma GCC unroll 16
    for (Index i = 0; i < kLanes; ++i) v[i] = w[i];
  }
#pragma GCC unroll 16
  for (Index i = 0; i < kLanes; ++i) store(to + i * to_stride, v[i]);
}

}  // namespace espalier::simd
