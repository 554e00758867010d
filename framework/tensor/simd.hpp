#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "espalier/api.hpp"

/// Vectors of the machine that the build is for, in the compilers' own notation: what is written
/// once is AVX-512, AVX2 or SSE code.
namespace espalier::simd {

#if defined(__AVX512F__)
inline constexpr std::size_t kBytes = 64;
inline constexpr Index kRegisters = 32;
inline constexpr Index kTileRows = 14;  // 14 x 2 sums, 2 vectors and a number: 31 of 32 registers
#elif defined(__AVX__)
inline constexpr std::size_t kBytes = 32;
inline constexpr Index kRegisters = 16;
inline constexpr Index kTileRows = 6;  // 6 x 2 sums, 2 vectors and a number: 15 of 16 registers
#else
inline constexpr std::size_t kBytes = 16;
inline constexpr Index kRegisters = 16;
inline constexpr Index kTileRows = 6;
#endif
inline constexpr Index kTileVectors = 2;
inline constexpr Index kLanes = static_cast<Index>(kBytes / sizeof(real));
inline constexpr Index kTileColumns = kTileVectors * kLanes;

using Vector = real __attribute__((vector_size(kBytes)));
/// Where a vector lies among numbers, aligned as they are. The attributes are the name's: clang
/// forgets an alignment that is the type's.
using Stored [[gnu::vector_size(kBytes), gnu::aligned(alignof(real)), gnu::may_alias]] = real;

/// Of a comparison: all bits of a lane, or none. Arithmetic takes it as whole numbers.
using Mask = decltype(Vector() < Vector());

/// A byte for each lane.
using Bytes = std::int8_t __attribute__((vector_size(static_cast<std::size_t>(kLanes))));

inline Vector load(const real* from) { return *reinterpret_cast<const Stored*>(from); }
/// The same, where several products need it: a compiler may read it from memory for each of them,
/// and loads are scarcer than products.
inline Vector load_once(const real* from) {
  Vector v = load(from);
  asm("" : "+v"(v));  // nothing but a register, of which the compiler cannot know what it holds
  return v;
}
inline void store(real* to, Vector v) { *reinterpret_cast<Stored*>(to) = v; }

/// The first n lanes.
inline Mask lanes_below(Index n) {
  using Lane = decltype(+Mask{}[0]);
  Mask lane = {};
  for (Index l = 0; l < kLanes; ++l) lane[l] = static_cast<Lane>(l);
  return lane < Mask{} + static_cast<Lane>(n);
}

/// The first n lanes of v, 0 in the others.
inline Vector first(Index n, Vector v) { return lanes_below(n) ? v : Vector{}; }

inline Bytes load(const std::uint8_t* from) {
  Bytes bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}
inline void store(std::uint8_t* to, Bytes bytes) { std::memcpy(to, &bytes, sizeof bytes); }

/// n rounded up to whole vectors.
constexpr Index whole_vectors(Index n) { return (n + kLanes - 1) / kLanes * kLanes; }

/// Numbers, in whole vectors, in whose place `count` of other things go.
template <class T>
constexpr Index in_numbers(Index count) {
  constexpr auto kReal = static_cast<Index>(sizeof(real));
  return whole_vectors((count * static_cast<Index>(sizeof(T)) + kReal - 1) / kReal);
}

}  // namespace espalier::simd
