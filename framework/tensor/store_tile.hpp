#pragma once

#include "tensor/product.hpp"

namespace espalier {

/// Sums (rows, width), of which the first `columns` count, go to C = beta C + alpha sums, whose
/// numbers follow each other along rows (c.column == 1).
inline void store_rows(const real* sums, Index rows, Index width, Index columns, const Target& c) {
  const auto alpha = static_cast<real>(c.alpha), beta = static_cast<real>(c.beta);
  const Index whole = columns / simd::kLanes * simd::kLanes;
  for (Index i = 0; i < rows; ++i, sums += width) {
    real* const to = c.data + i * c.row;
    if (beta == 0) {
      for (Index j = 0; j < whole; j += simd::kLanes)
        simd::store(to + j, alpha * simd::load(sums + j));
      for (Index j = whole; j < columns; ++j) to[j] = alpha * sums[j];
    } else {
      for (Index j = 0; j < whole; j += simd::kLanes) {
        simd::store(to + j, beta * simd::load(to + j) + alpha * simd::load(sums + j));
      }
      for (Index j = whole; j < columns; ++j) to[j] = beta * to[j] + alpha * sums[j];
    }
  }
}

/// The same where they follow each other along columns (c.row == 1).
inline void store_columns(const real* sums, Index rows, Index width, Index columns,
                          const Target& c) {
  const auto alpha = static_cast<real>(c.alpha), beta = static_cast<real>(c.beta);
  for (Index j = 0; j < columns; ++j) {
    real* const to = c.data + j * c.column;
    if (beta == 0) {
      for (Index i = 0; i < rows; ++i) to[i] = alpha * sums[i * width + j];
    } else {
      for (Index i = 0; i < rows; ++i) to[i] = beta * to[i] + alpha * sums[i * width + j];
    }
  }
}

}  // namespace espalier
