#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "tensor/simd.hpp"

/// bfloat16: the high half of a float, 8 bits of mantissa. Of builds in float only.
namespace espalier {

/// The bits of a bfloat16.
using Bf16 = std::uint16_t;

namespace bfloat {

inline constexpr std::uint32_t kHighHalf = 0xffff0000U, kInfinite = 0x7f800000U;

inline float value_of(Bf16 bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16U); }

/// Words of the machine's vectors, as wide as simd::Vector.
using Words = std::uint32_t __attribute__((vector_size(simd::kBytes)));

inline void store(Bf16* to, Words words) { std::memcpy(to, &words, sizeof words); }

#ifndef ESPALIER_REAL_DOUBLE

/// `yes` where the bits of `where` are set, `no` elsewhere.
inline Words choose(Words where, Words yes, Words no) { return (where & yes) | (~where & no); }

/// High half: the bfloat16 nearest to each number, of two equally near ones the even one. Low half:
/// zero. NaN stays NaN; what is nearer to 2^128 than to the largest bfloat16 becomes infinite.
inline Words nearest(simd::Vector x) {
  const auto bits = reinterpret_cast<Words>(x);
  const Words rounded = (bits + 0x7fffU + ((bits >> 16U) & 1U)) & kHighHalf;
  const auto nan = reinterpret_cast<Words>((bits & 0x7fffffffU) > kInfinite);
  return choose(nan, (bits | 0x400000U) & kHighHalf, rounded);
}

/// `nearest`, but a number that it would make infinite is cut off instead.
inline Words nearest_finite(simd::Vector x) {
  const auto bits = reinterpret_cast<Words>(x);
  const Words rounded = nearest(x);
  const auto infinite = reinterpret_cast<Words>((rounded & 0x7fffffffU) == kInfinite);
  return choose(infinite, bits & kHighHalf, rounded);
}

/// The next of several parts of x that add up to it: bfloat16 number `part` (high halves), which is
/// taken off x. Three parts hold all 24 bits of a float: 8 each, and a sign each; an infinity
/// leaves NaN. With a single part, the number nearest to x.
template <int kParts>
inline Words take_part(simd::Vector& x) {
  if constexpr (kParts == 1) {
    return nearest(x);
  } else {
    const Words part = nearest_finite(x);
    x -= reinterpret_cast<simd::Vector>(part);
    return part;
  }
}

#endif

}  // namespace bfloat

}  // namespace espalier
