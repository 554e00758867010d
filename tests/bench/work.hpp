#pragma once

#include <vector>

#include "autograd/plan.hpp"
#include "peak.hpp"

namespace espalier::bench {

/// One matrix product of the step: C (m, n) = A (m, k) B (k, n).
struct Product {
  Index m, n, k;
};

/// The products of every op with a weight: forward, input gradient (where one is needed), parameter
/// gradient. A convolution is counted as the product of its unfolded windows.
std::vector<Product> products_of(const Plan& plan);

/// Sum of the medians of these products taken alone (blas::gemm).
double bare_products_ms(const Plan& plan, int repetitions);

/// What a step cannot do without, whoever computes it, with all elementwise work fused into the
/// products.
struct Work {
  double flops = 0.0;             ///< of the products
  double weight_bytes = 0.0;      ///< weights: read up, read down, written
  double state_bytes = 0.0;       ///< optimiser state: read and written
  double activation_bytes = 0.0;  ///< what products read: written, read twice; cotangents: w, r
};

/// `state_numbers`: numbers of optimiser state.
Work work_of(const Plan& plan, Index state_numbers);

/// The longer of computing at the peak and of moving the bytes at the bandwidth.
double limit_ms(const Work& work, const Peak& peak);

}  // namespace espalier::bench
