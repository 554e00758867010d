#pragma once

#include "espalier/api.hpp"

/// Row-major matrix helpers as plain loops: xtensor's broadcasts and axis reductions are several
/// times slower here (docs/design.md, "Tensors").
namespace espalier::matrix {

/// Every row of y (rows, columns) = row (columns).
ESPALIER_API void fill_rows(real* y, Index rows, Index columns, const real* row);

/// Every row of y (rows, columns) += row (columns).
ESPALIER_API void add_rows(real* y, Index rows, Index columns, const real* row);

/// sums (columns) = beta * sums + alpha * (1' x), accumulated in double. beta == 0 overwrites.
ESPALIER_API void column_sums(const real* x, Index rows, Index columns, double alpha, double beta,
                              real* sums);

/// y = factor * x over n numbers (x == y allowed).
ESPALIER_API void scale(Index n, double factor, const real* x, real* y);

/// y += factor * x over n numbers.
ESPALIER_API void add_scaled(Index n, double factor, const real* x, real* y);

/// x = value over n numbers.
ESPALIER_API void fill(Index n, real value, real* x);

}  // namespace espalier::matrix
