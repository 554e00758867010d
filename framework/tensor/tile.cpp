#include "tensor/tile.hpp"

#include <array>
#include <utility>

namespace espalier {

namespace {

using simd::Vector;

// Fully unrolled, the sums live in registers: kTileRows and kTileVectors say how many fit.
template <bool kAdjacent, std::size_t kRowCount, std::size_t kVectorCount>
void sum_in_registers(const TileSums& of, real* sums) {
  constexpr auto kRows = static_cast<Index>(kRowCount);
  constexpr auto kVectors = static_cast<Index>(kVectorCount);
  Vector acc[kRowCount][kVectorCount] = {};
  Index offset[kRowCount];
  for (Index i = 0; i < kRows; ++i) offset[i] = kAdjacent ? i : of.offsets[i];
  const Index run = of.run, step = of.step, b_stride = of.b_stride;
  const real* b = of.b;
  for (Index s = 0; s < of.segments; ++s) {
    const real* a = of.a + s * of.segment + (kAdjacent ? of.offsets[0] : 0);
    for (Index k = 0; k < run; ++k, a += step, b += b_stride) {
      Vector v[kVectorCount];
#pragma GCC unroll 4
      for (Index j = 0; j < kVectors; ++j) v[j] = simd::load(b + j * simd::kLanes);
#pragma GCC unroll 16
      for (Index i = 0; i < kRows; ++i) {
        const real x = a[offset[i]];
#pragma GCC unroll 4
        for (Index j = 0; j < kVectors; ++j) acc[i][j] += x * v[j];
      }
    }
  }
  for (Index i = 0; i < kRows; ++i) {
    for (Index j = 0; j < kVectors; ++j) {
      simd::store(sums + (i * kVectors + j) * simd::kLanes, acc[i][j]);
    }
  }
}

constexpr auto kMostRows = static_cast<std::size_t>(simd::kTileRows);
constexpr auto kMostVectors = static_cast<std::size_t>(simd::kTileVectors);

using Kernel = void (*)(const TileSums& of, real* sums);

template <bool kAdjacent, std::size_t... kAt>
constexpr auto table(std::index_sequence<kAt...> /*places*/) {
  return std::array<Kernel, sizeof...(kAt)>{
      sum_in_registers<kAdjacent, kAt / kMostVectors + 1, kAt % kMostVectors + 1>...};
}

constexpr auto kPlaces = std::make_index_sequence<kMostRows * kMostVectors>();
constexpr auto kKernels = table<false>(kPlaces), kAdjacentKernels = table<true>(kPlaces);

}  // namespace

// Offsets ascend, so that the last one tells whether they follow each other: then they are
// constants in the kernel's code and take no registers.
void sum_tile(const TileSums& of, Index rows, Index vectors, real* sums) {
  const bool adjacent = of.offsets[rows - 1] - of.offsets[0] == rows - 1;
  const auto& kernels = adjacent ? kAdjacentKernels : kKernels;
  kernels[static_cast<std::size_t>((rows - 1) * simd::kTileVectors + vectors - 1)](of, sums);
}

}  // namespace espalier
