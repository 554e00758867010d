#pragma once

#include <limits>
#include <span>

#include "tensor/simd.hpp"

/// Scaled blocks added up: what a product is where one operand has few numbers that are not 0.
/// Lanes are such products that differ in their factors alone.
namespace espalier::block_sums {

/// Lanes that one call takes: they read a block once.
inline constexpr Index kMostLanes = simd::kRegisters == 32 ? 4 : 2;

struct Entry {
  std::int32_t factor;  ///< where its factor stands among those of each lane
  std::int32_t offset;  ///< where its block begins
};

/// Entries [first, first + count) are added to the block that begins at `to`.
struct Sum {
  std::int32_t to;
  std::int32_t first;
  std::int32_t count;
};

/// So many entries stay in the second-level cache.
inline constexpr Index kMostEntries = 16 * 1024;

/// Whether entries and sums can say where each of so many numbers is.
constexpr bool reach(Index numbers) {
  return numbers <= static_cast<Index>(std::numeric_limits<std::int32_t>::max());
}

struct Lane {
  const real* factors;
  real* to;
};

/// Blocks are `rows` rows of `vectors` vectors each, `from_row` numbers apart where they are read
/// and `to_row` where they are added.
struct Blocks {
  Index rows, vectors;
  const real* from;
  Index from_row, to_row;
};

/// Each sum of each lane += its entries' factors times their blocks, in an order that is the same
/// for any number of lanes; where sums overlap, it is not.
void add(std::span<const Sum> sums, const Entry* entries, const Blocks& blocks,
         std::span<const Lane> lanes);

}  // namespace espalier::block_sums
