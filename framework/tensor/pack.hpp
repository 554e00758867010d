#pragma once

#include "tensor/simd.hpp"

namespace espalier {

/// One operand of a product: element (i, k) is data[i * row + k * step]. One of both is 1.
struct Operand {
  const real* data;
  Index row;
  Index step;

  Operand at(Index i, Index k) const { return {data + i * row + k * step, row, step}; }
};

/// Columns of b in panels one after the other, `panel` (whole vectors) wide, the last one as wide
/// as whole vectors hold what is left: number j of row k of a panel is element (j, k), 0 beyond
/// `columns`.
void pack(const Operand& b, Index columns, Index depth, Index panel, real* to);

}  // namespace espalier
