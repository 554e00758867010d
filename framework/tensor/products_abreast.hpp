#pragma once

#include <span>

#include "espalier/api.hpp"

namespace espalier {

/// One of several matrices of as many inputs that meet the same rows: at most kThin
/// (thin_product.hpp) outputs, more than one input.
struct NarrowMatrix {
  const real* weight = nullptr;  ///< W (outputs, inputs)
  const real* bias = nullptr;    ///< b (outputs); null: none
  Index inputs = 0;
  Index outputs = 0;
};
struct ForwardAbreast {
  NarrowMatrix matrix;
  real* y;       ///< (rows, outputs)
  bool rectify;  ///< then y < 0 ? 0 : y
};
struct BackwardAbreast {
  NarrowMatrix matrix;
  const real* dy;  ///< (rows, outputs)
  real factor;
  /// Where to put its own gradients dy' x (outputs, inputs) and, with a bias, dy' 1 (outputs)
  /// behind.
  real* gradient = nullptr;
};

/// y_s = x W_s' + b_s for all s: the bits of single products. On all threads.
ESPALIER_API void multiply_abreast(Index rows, const real* x, std::span<const ForwardAbreast> all);

/// dx = sum_s factor_s (dy_s W_s), one after the other: the bits of single products that are then
/// added. With a mask, 0 where it is not positive. With x, the rows that they met, each one's own
/// gradients as well, by way of `scratch`: (outputs of all, inputs) for each thread. On all threads
/// that there is scratch for.
ESPALIER_API void add_abreast(Index rows, std::span<const BackwardAbreast> all, const real* mask,
                              real* dx, const real* x = nullptr, std::span<real> scratch = {});

}  // namespace espalier
