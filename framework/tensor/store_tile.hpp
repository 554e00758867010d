#pragma once

#include "tensor/product.hpp"

namespace espalier {

// What is left of a row's columns behind whole vectors.
inline void add_bias(const real* sums, Index first, Index columns, real alpha, const real* bias,
                     real* to) {
  for (Index j = first; j < columns; ++j) to[j] = bias[j] + alpha * sums[j];
}

/// Sums (rows, width), of which the first `columns` count, go to C = beta C + alpha sums (with a
/// bias to bias + alpha sums, and through the rest of c's epilogue), whose numbers follow each
/// other along rows (c.column == 1).
inline void store_rows(const real* sums, Index rows, Index width, Index columns, const Target& c) {
  const auto alpha = static_cast<real>(c.alpha), beta = static_cast<real>(c.beta);
  const Index whole = columns / simd::kLanes * simd::kLanes;
  for (Index i = 0; i < rows; ++i, sums += width) {
    real* const to = c.data + i * c.row;
    if (const real* const bias = c.epilogue.bias; bias != nullptr) {
      for (Index j = 0; j < whole; j += simd::kLanes) {
        simd::store(to + j, simd::load(bias + j) + alpha * simd::load(sums + j));
      }
      add_bias(sums, whole, columns, alpha, bias, to);
    } else if (beta == 0) {
      for (Index j = 0; j < whole; j += simd::kLanes) {
        simd::store(to + j, alpha * simd::load(sums + j));
      }
      for (Index j = whole; j < columns; ++j) to[j] = alpha * sums[j];
    } else {
      for (Index j = 0; j < whole; j += simd::kLanes) {
        simd::store(to + j, beta * simd::load(to + j) + alpha * simd::load(sums + j));
      }
      for (Index j = whole; j < columns; ++j) to[j] = beta * to[j] + alpha * sums[j];
    }
    if (c.epilogue.shapes()) shape_numbers(c.at(i, 0).epilogue, columns, to);
  }
}

/// The same where they follow each other along columns (c.row == 1).
inline void store_columns(const real* sums, Index rows, Index width, Index columns,
                          const Target& c) {
  const auto alpha = static_cast<real>(c.alpha), beta = static_cast<real>(c.beta);
  for (Index j = 0; j < columns; ++j) {
    real* const to = c.data + j * c.column;
    if (const real* const bias = c.epilogue.bias; bias != nullptr) {
      for (Index i = 0; i < rows; ++i) to[i] = bias[i] + alpha * sums[i * width + j];
    } else if (beta == 0) {
      for (Index i = 0; i < rows; ++i) to[i] = alpha * sums[i * width + j];
    } else {
      for (Index i = 0; i < rows; ++i) to[i] = beta * to[i] + alpha * sums[i * width + j];
    }
    if (c.epilogue.rectify) {
      for (Index i = 0; i < rows; ++i) to[i] = rectified(to[i]);
    }
    if (const real* const mask = c.epilogue.mask; mask != nullptr) {
      for (Index i = 0; i < rows; ++i) to[i] = masked(mask[j * c.column + i], to[i]);
    }
  }
}

}  // namespace espalier
