#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "balance/solve/linear_solve.hpp"
#include "balance/solve/min_norm.hpp"

namespace espalier::solve {

/// min <J'w, g> + k |J'w| over w >= 0, sum w = 1, given G = J J', b = J g and k > 0: the dual
/// problem of CAGrad. Exact up to rounding. Buffers are kept.
class ESPALIER_API CagradPoint {
 public:
  /// Writes w; squared is |g|^2. False where J'w is zero up to rounding at the minimum.
  bool solve(std::span<const double> gram, std::span<const double> b, double squared, double k,
             std::span<double> weights);

 private:
  void shifted_minimum(double shift, std::span<double> weights);
  double exact_shift(std::span<const double> weights, double k);

  std::span<const double> gram_;
  std::span<const double> b_;
  double squared_ = 0.0;
  std::vector<double> shifted_;
  std::vector<double> matrix_;
  std::vector<double> still_;   // weights of the support at shift 0
  std::vector<double> moving_;  // and their derivative by the shift
  MinNorm min_norm_;
  Cholesky cholesky_;
};

}  // namespace espalier::solve
