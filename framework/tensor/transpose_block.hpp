#pragma once

#include <utility>

#include "tensor/simd.hpp"

namespace espalier::simd {

template <class V, Index... kAt>
V deal_low(V x, V y, std::integer_sequence<Index, kAt...> /*places*/) {
  return __builtin_shufflevector(x, y, (kAt % 2 == 0 ? kAt / 2 : kLanes + kAt / 2)...);
}
template <class V, Index... kAt>
V deal_high(V x, V y, std::integer_sequence<Index, kAt...> /*places*/) {
  return __builtin_shufflevector(x, y,
                                 (kLanes / 2 + (kAt % 2 == 0 ? kAt / 2 : kLanes + kAt / 2))...);
}

/// Dealing rows out like cards, half of them with the other half, log2(kLanes) times, transposes.
template <class V>
void transpose(V (&v)[kLanes]) {
  constexpr auto kPlaces = std::make_integer_sequence<Index, kLanes>();
  V w[kLanes];
#pragma GCC unroll 4
  for (Index width = 1; width < kLanes; width *= 2) {
#pragma GCC unroll 16
    for (Index i = 0; i < kLanes / 2; ++i) {
      w[2 * i] = deal_low(v[i], v[i + kLanes / 2], kPlaces);
      w[2 * i + 1] = deal_high(v[i], v[i + kLanes / 2], kPlaces);
    }
#pragma GCC unroll 16
    for (Index i = 0; i < kLanes; ++i) v[i] = w[i];
  }
}

/// kLanes rows of kLanes numbers become columns.
inline void transpose_block(const real* from, Index from_stride, real* to, Index to_stride) {
  Vector v[kLanes];
#pragma GCC unroll 16
  for (Index i = 0; i < kLanes; ++i) v[i] = load(from + i * from_stride);
  transpose(v);
#pragma GCC unroll 16
  for (Index i = 0; i < kLanes; ++i) store(to + i * to_stride, v[i]);
}

/// The same of bytes.
inline void transpose_block(const std::uint8_t* from, Index from_stride, std::uint8_t* to,
                            Index to_stride) {
  Bytes rows[kLanes];
  for (Index i = 0; i < kLanes; ++i) rows[i] = load(from + i * from_stride);
  transpose(rows);
  for (Index i = 0; i < kLanes; ++i) store(to + i * to_stride, rows[i]);
}

}  // namespace espalier::simd
