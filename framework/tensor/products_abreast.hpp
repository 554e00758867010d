#pragma once

#include <span>

#include "espalier/api.hpp"

namespace espalier {

/// One of several matrices W (outputs, k) of at most kThin (thin_product.hpp) outputs that meet the
/// same rows of k numbers, k > 1.
struct ForwardAbreast {
  const real* weight;
  const real* bias;  ///< null: none
  Index outputs;
  real* y;       ///< (rows, outputs)
  bool rectify;  ///< then y < 0 ? 0 : y
};
struct BackwardAbreast {
  const real* weight;
  Index outputs;
  const real* dy;  ///< (rows, outputs)
  real factor;
};

/// y_s = x W_s' + b_s for all s: the bits of single products. On all threads.
ESPALIER_API void multiply_abreast(Index rows, Index k, const real* x,
                                   std::span<const ForwardAbreast> all);

/// dx = sum_s factor_s (dy_s W_s), one after the other: the bits of single products that are then
/// added. With a mask, 0 where it is not positive. On all threads.
ESPALIER_API void add_abreast(Index rows, Index k, std::span<const BackwardAbreast> all,
                              const real* mask, real* dx);

}  // namespace espalier
