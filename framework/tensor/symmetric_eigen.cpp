// Cyclic Jacobi (Golub & Van Loan, section 8.5). A pair is left alone where it is negligible beside
// the two diagonal elements themselves rather than beside the whole matrix: that is what keeps
// small eigenvalues of positive definite matrices accurate (Demmel & Veselic 1992).
#include "tensor/symmetric_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier::solve {

namespace {

constexpr int kSweeps = 60;  // convergence is quadratic: about 6 to 10 are made

void rotate_pair(double& a, double& b, double sine, double tau) {
  const double old_a = a;
  const double old_b = b;
  a = old_a - sine * (old_b + tau * old_a);
  b = old_b + sine * (old_a - tau * old_b);
}

}  // namespace

void SymmetricEigen::decompose(std::span<const double> matrix, std::size_t n) {
  values_.assign(n, 0.0);
  vectors_.assign(n * n, 0.0);
  matrix_.assign(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) vectors_[i * n + i] = 1.0;
  double largest = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i; j < n; ++j) largest = std::max(largest, std::abs(matrix[i * n + j]));
  }
  if (largest == 0.0) return;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i; j < n; ++j) matrix_[i * n + j] = matrix[i * n + j] / largest;
  }
  for (int k = 0; k < kSweeps && sweep(); ++k) {
  }
  for (std::size_t i = 0; i < n; ++i) values_[i] = matrix_[i * n + i] * largest;
  sort();
}

// One rotation of every pair; false where none was needed.
bool SymmetricEigen::sweep() {
  bool rotated = false;
  for (std::size_t p = 0; p < size(); ++p) {
    for (std::size_t q = p + 1; q < size(); ++q) rotated = rotate(p, q) || rotated;
  }
  return rotated;
}

// The rotation in the plane (p, q) that makes A_pq zero, on the upper triangle.
bool SymmetricEigen::rotate(std::size_t p, std::size_t q) {
  const std::size_t n = size();
  const auto at = [&](std::size_t i, std::size_t j) -> double& { return matrix_[i * n + j]; };
  const double off = at(p, q);
  const double limit = std::numeric_limits<double>::epsilon() * std::sqrt(std::abs(at(p, p))) *
                       std::sqrt(std::abs(at(q, q)));
  if (std::abs(off) <= std::max(limit, std::numeric_limits<double>::min())) return false;

  const double ratio = (at(q, q) - at(p, p)) / (2.0 * off);  // cotangent of twice the angle
  const double tangent = std::copysign(1.0, ratio) / (std::abs(ratio) + std::hypot(1.0, ratio));
  const double cosine = 1.0 / std::sqrt(1.0 + tangent * tangent);
  const double sine = tangent * cosine;
  const double tau = sine / (1.0 + cosine);
  at(p, p) -= tangent * off;
  at(q, q) += tangent * off;
  at(p, q) = 0.0;
  for (std::size_t i = 0; i < p; ++i) rotate_pair(at(i, p), at(i, q), sine, tau);
  for (std::size_t i = p + 1; i < q; ++i) rotate_pair(at(p, i), at(i, q), sine, tau);
  for (std::size_t i = q + 1; i < n; ++i) rotate_pair(at(p, i), at(q, i), sine, tau);
  for (std::size_t i = 0; i < n; ++i) {
    rotate_pair(vectors_[p * n + i], vectors_[q * n + i], sine, tau);
  }
  return true;
}

// Selection sort: n is small, and rows are swapped at most n times.
void SymmetricEigen::sort() {
  const std::size_t n = size();
  for (std::size_t k = 0; k + 1 < n; ++k) {
    const auto from = values_.begin() + static_cast<std::ptrdiff_t>(k);
    const auto best =
        static_cast<std::size_t>(std::max_element(from, values_.end()) - values_.begin());
    if (best == k) continue;
    std::swap(values_[k], values_[best]);
    const auto row = [&](std::size_t i) {
      return vectors_.begin() + static_cast<std::ptrdiff_t>(i * n);
    };
    std::swap_ranges(row(k), row(k + 1), row(best));
  }
}

}  // namespace espalier::solve
