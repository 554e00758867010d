#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "espalier/api.hpp"

namespace espalier::solve {

/// Eigenvalues and eigenvectors of a small symmetric matrix (a Gram matrix), by cyclic Jacobi
/// rotations: slow for large n, but exact to the last digits, also for small eigenvalues of a
/// positive definite matrix whose rows differ in scale. Buffers are kept from call to call.
class ESPALIER_API SymmetricEigen {
 public:
  /// A = V diag(values) V', A (n, n) row-major and finite; only its upper triangle is read.
  void decompose(std::span<const double> matrix, std::size_t n);

  std::size_t size() const { return values_.size(); }
  /// Largest first.
  std::span<const double> values() const { return values_; }
  /// The unit eigenvector of values()[k]; its sign is arbitrary.
  std::span<const double> vector(std::size_t k) const {
    return std::span(vectors_).subspan(k * size(), size());
  }

 private:
  bool sweep();
  bool rotate(std::size_t p, std::size_t q);
  void sort();

  std::vector<double> values_;
  std::vector<double> vectors_;  // row k: eigenvector k
  std::vector<double> matrix_;
};

}  // namespace espalier::solve
