#include "tensor/block_sums.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tensor/even.hpp"

namespace espalier::block_sums {

namespace {

using simd::kLanes;
using simd::Vector;

constexpr Index kMostVectors = simd::kRegisters == 32 ? 12 : 6;
constexpr Index kMostRows = 7;

/// Vectors of each lane whose sums fit into the registers, beside a factor for each lane and, where
/// several lanes use it, a vector of the block.
constexpr Index most_sums(Index lanes) {
  if (lanes == 1) return simd::kRegisters == 32 ? 28 : 14;
  return (simd::kRegisters - 1 - lanes) / lanes;
}

/// A part of all blocks.
struct Tile {
  std::span<const Sum> sums;
  const Entry* entries;
  const real* from;
  Index from_row, to_row;
  const Lane* lanes;
  Index at;  // where it begins in a block that is added to
};

/// A sum can be added to again after some cycles: entries of blocks of no more vectors than these
/// are added to two sets of sums in turn.
constexpr Index kFew = 3;
static_assert(2 * kFew <= most_sums(kMostLanes));

template <std::size_t kLaneCount, std::size_t kRowCount, std::size_t kVectorCount>
struct Sums {
  static constexpr auto kOf = static_cast<Index>(kLaneCount);
  static constexpr auto kRows = static_cast<Index>(kRowCount);
  static constexpr auto kVectors = static_cast<Index>(kVectorCount);

  Vector of[kLaneCount][kRowCount][kVectorCount];

  /// f(sum, lane, row, vector)
  template <class F>
  void each(F&& f) {
#pragma GCC unroll 4
    for (Index l = 0; l < kOf; ++l) {
#pragma GCC unroll 7
      for (Index r = 0; r < kRows; ++r) {
#pragma GCC unroll 12
        for (Index v = 0; v < kVectors; ++v) f(of[l][r][v], l, r, v);
      }
    }
  }

  void add(const Entry& entry, const real* const* factors, const real* from, Index from_row) {
    real factor[kLaneCount];
#pragma GCC unroll 4
    for (Index l = 0; l < kOf; ++l) factor[l] = factors[l][entry.factor];
    from += entry.offset;
#pragma GCC unroll 7
    for (Index r = 0; r < kRows; ++r, from += from_row) {
#pragma GCC unroll 12
      for (Index v = 0; v < kVectors; ++v) {
        const real* const place = from + v * kLanes;
        const Vector x = kOf == 1 ? simd::load(place) : simd::load_once(place);
#pragma GCC unroll 4
        for (Index l = 0; l < kOf; ++l) of[l][r][v] += factor[l] * x;
      }
    }
  }
};

template <bool kInTurn, std::size_t kLaneCount, std::size_t kRowCount, std::size_t kVectorCount>
void add_tile(const Tile& t) {
  using Some = Sums<kLaneCount, kRowCount, kVectorCount>;
  const real* factors[kLaneCount];
  real* to[kLaneCount];
  for (std::size_t l = 0; l < kLaneCount; ++l) {
    factors[l] = t.lanes[l].factors;
    to[l] = t.lanes[l].to + t.at;
  }
  const real* const from = t.from;
  const Index from_row = t.from_row, to_row = t.to_row;
  for (const Sum sum : t.sums) {
    const auto place = [&](Index l, Index r, Index v) {
      return to[l] + sum.to + r * to_row + v * kLanes;
    };
    const Entry* entry = t.entries + sum.first;
    const Entry* const end = entry + sum.count;
    Some sums;
    sums.each([&](Vector& of, Index l, Index r, Index v) { of = simd::load(place(l, r, v)); });
    if constexpr (kInTurn) {
      Some others = {};
      for (; end - entry >= 2; entry += 2) {
        sums.add(entry[0], factors, from, from_row);
        others.add(entry[1], factors, from, from_row);
      }
      if (entry != end) sums.add(*entry, factors, from, from_row);
      sums.each([&](Vector& of, Index l, Index r, Index v) { of += others.of[l][r][v]; });
    } else {
      do sums.add(*entry, factors, from, from_row);
      while (++entry != end);
    }
    sums.each(
        [&](const Vector& of, Index l, Index r, Index v) { simd::store(place(l, r, v), of); });
  }
}

using Kernel = void (*)(const Tile&);

template <bool kInTurn, std::size_t kLaneCount, std::size_t kRowCount, std::size_t kVectorCount>
constexpr Kernel kernel() {
  constexpr auto kVectors = static_cast<Index>(kRowCount * kVectorCount);
  if constexpr (kVectors <= (kInTurn ? kFew : most_sums(static_cast<Index>(kLaneCount)))) {
    return add_tile<kInTurn, kLaneCount, kRowCount, kVectorCount>;
  } else {
    return nullptr;
  }
}

constexpr auto kTiles = static_cast<std::size_t>(kMostRows * kMostVectors);

template <bool kInTurn, std::size_t... kAt>
constexpr auto table(std::index_sequence<kAt...> /*places*/) {
  constexpr auto kWide = static_cast<std::size_t>(kMostVectors);
  return std::array<Kernel, sizeof...(kAt)>{
      kernel<kInTurn, kAt / kTiles + 1, kAt % kTiles / kWide + 1, kAt % kWide + 1>()...};
}

constexpr auto kPlaces = std::make_index_sequence<static_cast<std::size_t>(kMostLanes) * kTiles>();
constexpr auto kKernels = table<false>(kPlaces);
constexpr auto kInTurnKernels = table<true>(kPlaces);

}  // namespace

void add(std::span<const Sum> sums, const Entry* entries, const Blocks& blocks,
         std::span<const Lane> lanes) {
  const auto of = static_cast<Index>(lanes.size());
  const Index most = most_sums(of), wide = even(blocks.vectors, std::min(kMostVectors, most));
  const Index high = even(blocks.rows, std::min(kMostRows, most / wide));
  const auto& kernels = blocks.rows * blocks.vectors <= kFew ? kInTurnKernels : kKernels;
  Tile t{sums, entries, nullptr, blocks.from_row, blocks.to_row, lanes.data(), 0};
  for (Index v = 0; v < blocks.vectors; v += wide) {
    const Index vectors = std::min(wide, blocks.vectors - v);
    for (Index r = 0; r < blocks.rows; r += high) {
      const Index rows = std::min(high, blocks.rows - r);
      t.from = blocks.from + r * blocks.from_row + v * kLanes;
      t.at = r * blocks.to_row + v * kLanes;
      const Index kernel = ((of - 1) * kMostRows + rows - 1) * kMostVectors + vectors - 1;
      kernels[static_cast<std::size_t>(kernel)](t);
    }
  }
}

}  // namespace espalier::block_sums
