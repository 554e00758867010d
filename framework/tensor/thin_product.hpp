#pragma once

#include "tensor/product.hpp"

namespace espalier {

/// Columns or steps that vectors are not worth filling for.
inline constexpr Index kThin = 4;

/// sum_i x_i y_i over n numbers, in an order that depends on n alone.
real dot(Index n, const real* x, const real* y);

/// The same of x and of each of `count` <= kMostDots others: x is read once for all.
inline constexpr Index kMostDots = simd::kRegisters == 32 ? 7 : 3;
void dots(Index n, const real* x, Index count, const real* const* ys, real* sums);

/// Products with so few columns, or such a short inner side, that packing would cost more than the
/// sums: C (m, n) = beta C + alpha A B as `multiply`, on one thread. A form applies to:
///   dots     a.step == 1, b.step == 1: both run along k; few columns
///   outer    b.row == 1, c.column == 1: few k
void multiply_by_dots(Index m, Index n, Index k, const Operand& a, const Operand& b,
                      const Target& c);
void multiply_outer(Index m, Index n, Index k, const Operand& a, const Operand& b, const Target& c);

}  // namespace espalier
