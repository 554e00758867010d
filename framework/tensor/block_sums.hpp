#pragma once

#include <span>

#include "tensor/simd.hpp"

/// Scaled blocks added up: what a product is where one operand has few numbers that are not 0.
namespace espalier::block_sums {

struct Entry {
  real factor;
  std::int32_t offset;  ///< where its block begins
};

/// `rows` rows of `vectors` vectors each, and the tiles in which they are added: at most `high`
/// rows of `wide` vectors.
struct Block {
  Index rows, vectors;
  Index high, wide;

  Block(Index rows, Index vectors);
};

/// to += sum over entries of factor * block at from + offset, in their order; rows of blocks are
/// `from_row` numbers apart, those of `to` `to_row`.
void add(std::span<const Entry> entries, const Block& block, const real* from, Index from_row,
         real* to, Index to_row);

}  // namespace espalier::block_sums
