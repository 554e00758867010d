#pragma once

#include "tensor/pack.hpp"

namespace espalier {

/// Where a product goes: element (i, j) is data[i * row + j * column], one of both strides is 1;
/// C = beta C + alpha (A B). beta == 0 overwrites without reading.
struct Target {
  real* data;
  Index row;
  Index column;
  double alpha;
  double beta;

  Target at(Index i, Index j) const {
    return {data + i * row + j * column, row, column, alpha, beta};
  }
};

/// C (m, n) = beta C + alpha A B, element (i, k) of `a` and element (j, k) of `b`. Vectors run
/// along n. On all threads; called inside a piece of a parallel loop, on that thread alone.
void multiply(Index m, Index n, Index k, const Operand& a, const Operand& b, const Target& c);

}  // namespace espalier
