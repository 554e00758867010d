#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "balance/solve/linear_solve.hpp"

namespace espalier::solve {

/// The positive x with Gx = x^(-1/alpha), element by element: the only minimum of
/// x'Gx / 2 - sum_i of the integral of x_i^(-1/alpha). It exists for alpha > 0 unless a combination
/// of the rows with weights >= 0, not all 0, is zero. Buffers are kept.
class ESPALIER_API LogNewton {
 public:
  /// Writes x, positive and finite. G (n, n) row-major, diagonal positive, of any scale. False
  /// where x does not solve the equation: none exists, or rounding hides it.
  bool solve(std::span<const double> gram, double alpha, std::span<double> x);

 private:
  void evaluate(double power);
  double step(double power);

  std::vector<double> matrix_;     // K
  std::vector<double> logarithm_;  // y
  std::vector<double> residual_;   // r, then d
  std::vector<double> size_;       // sum of the absolute terms of r
  std::vector<double> jacobian_;
  Lu lu_;
};

}  // namespace espalier::solve
