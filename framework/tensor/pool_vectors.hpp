#pragma once

#include "tensor/simd.hpp"

/// Max pooling of four pixels in vectors, whatever the lanes stand for: channels of an image, or
/// images of a block. Winners are numbers of pixels, 0 to 3 in reading order.
namespace espalier::pool_halves {

using simd::Mask;

inline Mask winners_of(const std::uint8_t* winners) {
  // In two steps: g++ 12 makes one of bytes lane by lane.
  using Words = std::int16_t __attribute__((vector_size(2 * sizeof(simd::Bytes))));
  return __builtin_convertvector(__builtin_convertvector(simd::load(winners), Words), Mask);
}

inline void store_winners(std::uint8_t* to, Mask who) {
  simd::store(to, __builtin_convertvector(who, simd::Bytes));
}

struct Largest {
  simd::Vector value;
  Mask who;
};

/// NaN wins once and stays, so that a broken step is seen in its loss.
inline Largest largest_of(const real* const (&from)[4]) {
  Largest best = {simd::load(from[0]), {}};
  for (int k = 1; k < 4; ++k) {
    const simd::Vector x = simd::load(from[k]);
    const Mask better = (x > best.value) | (x != x);
    best.value = better ? x : best.value;
    best.who = better ? Mask{} + k : best.who;
  }
  return best;
}

/// The pixel that won, 0 where nobody did.
inline simd::Vector picked(Mask who, const real* const (&from)[4]) {
  simd::Vector v = {};
  for (int k = 0; k < 4; ++k) v = who == Mask{} + k ? simd::load(from[k]) : v;
  return v;
}

/// v where a pixel won, else 0, to all four.
inline void give(simd::Vector v, Mask who, real* const (&to)[4]) {
  const simd::Vector none = {};
  for (int k = 0; k < 4; ++k) simd::store(to[k], who == Mask{} + k ? v : none);
}

}  // namespace espalier::pool_halves
