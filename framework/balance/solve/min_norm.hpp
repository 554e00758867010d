#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "balance/solve/linear_solve.hpp"

namespace espalier::solve {

/// The shortest vector J'w of the convex hull of n rows, given G = J J': min w'Gw over w >= 0,
/// sum w = 1. Exact up to rounding. Buffers are kept.
class ESPALIER_API MinNorm {
 public:
  /// Writes w; G (n, n) row-major, positive semidefinite, of any scale.
  void solve(std::span<const double> gram, std::span<double> weights);
  /// The same from a given w, by Frank-Wolfe with away steps: what `solve` ends with where rounding
  /// stops Wolfe's algorithm. Each step descends; precision is limited by the number of steps.
  void descend(std::span<const double> gram, std::span<double> weights);

 private:
  void solve_pair(std::span<const double> gram, std::span<double> weights) const;
  bool wolfe(std::span<const double> gram, std::span<double> weights);
  bool minor_cycle(std::span<const double> gram, std::span<double> weights);
  bool affine_minimum(std::span<const double> gram);
  double evaluate(std::span<const double> gram, std::span<const double> weights);
  double tolerance(std::span<const double> gram, std::size_t i) const;

  std::vector<std::size_t> support_;  // S: the rows that w may use
  std::vector<double> affine_;        // weights of S at the affine hull's shortest vector
  std::vector<double> products_;      // Gw
  double size_ = 0.0;                 // sum w_i |g_i|: what rounding errors are measured by
  std::vector<double> differences_;
  std::vector<double> right_;
  Cholesky cholesky_;
};

}  // namespace espalier::solve
