#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "espalier/api.hpp"

namespace espalier::solve {

/// LU decomposition with partial pivoting of a small square matrix. Buffers are kept.
class ESPALIER_API Lu {
 public:
  /// Of A (n, n) row-major. False where a pivot is zero or not finite; then `solve` must not be
  /// called.
  bool factor(std::span<const double> matrix, std::size_t n);
  /// x = A^-1 b, in place.
  void solve(std::span<double> b) const;

 private:
  std::size_t n_ = 0;
  std::vector<double> factors_;
  std::vector<std::size_t> swaps_;  // row k was swapped with row swaps_[k]
};

/// Cholesky decomposition A = L L' of a small symmetric matrix, which also answers whether it is
/// numerically positive definite. Buffers are kept.
class ESPALIER_API Cholesky {
 public:
  /// False where less than `share` of a diagonal element is left as pivot: the row is dependent on
  /// those before it, up to rounding. Only the lower triangle is read.
  bool factor(std::span<const double> matrix, std::size_t n, double share);
  /// x = A^-1 b, in place.
  void solve(std::span<double> b) const;

 private:
  std::size_t n_ = 0;
  std::vector<double> factor_;  // lower triangle of (n, n)
};

}  // namespace espalier::solve
