#pragma once

#include <cstddef>
#include <span>

#include "tensor/symmetric_eigen.hpp"

namespace espalier::solve {

/// Share of the largest eigenvalue below which an eigenvalue of a Gram matrix counts as zero: inner
/// products of 32-bit gradients are no more exact than that, whatever they are summed in.
inline constexpr double kRankCutoff = 1.1920929e-7;

/// Moore-Penrose inverse of a positive semidefinite matrix.
class ESPALIER_API PseudoInverse {
 public:
  /// Eigenvalues of at most `cutoff` times the largest count as zero.
  void decompose(std::span<const double> matrix, std::size_t n, double cutoff);
  std::size_t rank() const { return rank_; }
  /// x = A+ b; b and x may not overlap.
  void apply(std::span<const double> b, std::span<double> x) const;

 private:
  SymmetricEigen eigen_;
  std::size_t rank_ = 0;
};

}  // namespace espalier::solve
