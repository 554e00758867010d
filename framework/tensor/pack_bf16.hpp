#pragma once

#include "tensor/bfloat.hpp"
#include "tensor/pack.hpp"

/// Operands of products in bfloat16, converted while they are packed. Of builds in float only.
namespace espalier::bfloat {

inline constexpr Index kSide = 16;              ///< elements i of a block
inline constexpr Index kDeep = 32;              ///< steps k of a block
inline constexpr Index kBlock = kSide * kDeep;  ///< numbers of a block: 1 KiB

/// How a block holds its numbers (i, k).
enum class Layout : bool {
  rows,   ///< [i][k]: the left operand of a product
  pairs,  ///< [k / 2][i][k % 2]: the right one
};

/// Blocks along k of an operand of that depth.
constexpr Index blocks_of(Index depth) { return (depth + kDeep - 1) / kDeep; }
/// Numbers of a panel: kSide elements over the whole depth.
constexpr Index panel_numbers(Index depth, int parts) { return blocks_of(depth) * parts * kBlock; }

/// How floats become bfloat16, `parts` of them: 1 (nearest) or 3 (see take_part). Part p of a block
/// is p * kBlock numbers behind it.
struct Conversion {
  int parts;
  /// kSide elements along k, `stride` apart, become a block of rows.
  void (*rows)(const real* from, Index stride, Bf16* to);
  /// Two steps k of panels * kSide elements become a row of a block of pairs in each panel.
  void (*pairs)(const real* even, const real* odd, Index panels, Bf16* to, Index panel);
};

/// For any processor. REQUIRES: parts is 1 or 3.
ESPALIER_API const Conversion& plain_conversion(int parts);
/// The one part in AVX-512's instruction for it (numbers below 2^-126 become 0), where the
/// processor has it.
ESPALIER_API const Conversion& conversion(int parts);

/// Elements i < count over k < depth, in panels of kSide of them one after the other; a panel is
/// [block along k][part][numbers of the block]. Zero where the operand ends before the block does.
ESPALIER_API void pack(const Operand& x, Index count, Index depth, Layout layout,
                       const Conversion& how, Bf16* to);

}  // namespace espalier::bfloat
