#include "tensor/block_sums.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tensor/even.hpp"

namespace espalier::block_sums {

namespace {

using simd::kLanes;
using simd::Vector;

// Sums and a factor fit into the registers; the blocks are operands in memory.
constexpr Index kMostSums = simd::kRegisters == 32 ? 28 : 14;
constexpr Index kMostVectors = simd::kRegisters == 32 ? 12 : 6;
constexpr Index kMostRows = 7;

template <std::size_t kRowCount, std::size_t kVectorCount>
void add_tile(std::span<const Entry> entries, const real* from, Index from_row, real* to,
              Index to_row) {
  constexpr auto kRows = static_cast<Index>(kRowCount);
  constexpr auto kVectors = static_cast<Index>(kVectorCount);
  Vector sums[kRowCount][kVectorCount];
#pragma GCC unroll 7
  for (Index r = 0; r < kRows; ++r) {
#pragma GCC unroll 12
    for (Index v = 0; v < kVectors; ++v) sums[r][v] = simd::load(to + r * to_row + v * kLanes);
  }
  for (const Entry& entry : entries) {
    const real* row = from + entry.offset;
#pragma GCC unroll 7
    for (Index r = 0; r < kRows; ++r, row += from_row) {
#pragma GCC unroll 12
      for (Index v = 0; v < kVectors; ++v) {
        sums[r][v] += entry.factor * simd::load(row + v * kLanes);
      }
    }
  }
#pragma GCC unroll 7
  for (Index r = 0; r < kRows; ++r) {
#pragma GCC unroll 12
    for (Index v = 0; v < kVectors; ++v) simd::store(to + r * to_row + v * kLanes, sums[r][v]);
  }
}

using Kernel = void (*)(std::span<const Entry>, const real*, Index, real*, Index);

template <std::size_t kRowCount, std::size_t kVectorCount>
constexpr Kernel kernel() {
  if constexpr (kRowCount * kVectorCount <= static_cast<std::size_t>(kMostSums)) {
    return add_tile<kRowCount, kVectorCount>;
  } else {
    return nullptr;
  }
}

template <std::size_t... kAt>
constexpr auto table(std::index_sequence<kAt...> /*places*/) {
  constexpr auto kWide = static_cast<std::size_t>(kMostVectors);
  return std::array<Kernel, sizeof...(kAt)>{kernel<kAt / kWide + 1, kAt % kWide + 1>()...};
}

constexpr auto kKernels =
    table(std::make_index_sequence<static_cast<std::size_t>(kMostRows* kMostVectors)>());

}  // namespace

Block::Block(Index block_rows, Index block_vectors)
    : rows(block_rows),
      vectors(block_vectors),
      high(even(rows, std::min(kMostRows, kMostSums / even(vectors, kMostVectors)))),
      wide(even(vectors, kMostVectors)) {}

void add(std::span<const Entry> entries, const Block& block, const real* from, Index from_row,
         real* to, Index to_row) {
  for (Index v = 0; v < block.vectors; v += block.wide) {
    const Index vectors = std::min(block.wide, block.vectors - v);
    for (Index r = 0; r < block.rows; r += block.high) {
      const Index rows = std::min(block.high, block.rows - r);
      kKernels[static_cast<std::size_t>((rows - 1) * kMostVectors + vectors - 1)](
          entries, from + r * from_row + v * kLanes, from_row, to + r * to_row + v * kLanes,
          to_row);
    }
  }
}

}  // namespace espalier::block_sums
