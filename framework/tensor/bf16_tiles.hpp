#pragma once

#include <string_view>

#include "tensor/ahead.hpp"
#include "tensor/pack_bf16.hpp"

/// Products of packed blocks of bfloat16 with sums in float, one engine for each instruction set.
namespace espalier::bfloat {

inline constexpr Index kTile =
    2 * kSide;  ///< rows and columns of sums that an engine makes at once

/// One or two panels of the left operand (Layout::rows) and of the right one (Layout::pairs), over
/// the same blocks along k.
struct TileOperands {
  const Bf16* a;
  const Bf16* b;
  Index panel;   ///< numbers from a panel to the next one, of both
  Index blocks;  ///< along k
  int parts;     ///< of a number: 1 or 3
  bool two_a, two_b;
  Ahead& ahead;
};

/// Between `begin` and `end`, on one thread, any number of calls of `sum`:
///   sums(i, j) = sum over k of a(i, k) b(j, k),   i, j < kTile (< kSide where there is one panel),
/// with rows of kTile numbers; of numbers in three parts the six products hi hi, hi mid, mid hi,
/// mid mid, hi lo, lo hi. A sum does not depend on the tile that it is in, nor on its place there.
struct Engine {
  std::string_view name;  ///< of the instruction set
  bool splits;            ///< whether `parts` may be 3
  Index passes;           ///< over every block of a tile, each a step of `ahead`
  void (*begin)();
  void (*sum)(const TileOperands& of, float* sums);
  void (*end)();
};

/// Null where the processor or the build cannot.
ESPALIER_API const Engine* avx512_engine();
ESPALIER_API const Engine* amx_engine();

/// Whether products of bfloat16 in vectors take clearly less time than those of float here (of some
/// processors they take more). Measured once, in less than a millisecond. REQUIRES:
/// avx512_engine().
ESPALIER_API bool avx512_is_faster();

}  // namespace espalier::bfloat
