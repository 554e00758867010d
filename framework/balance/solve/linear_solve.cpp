#include "balance/solve/linear_solve.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace espalier::solve {

bool Lu::factor(std::span<const double> matrix, std::size_t n) {
  n_ = n;
  factors_.assign(matrix.begin(), matrix.end());
  swaps_.assign(n, 0);
  const auto at = [&](std::size_t i, std::size_t j) -> double& { return factors_[i * n + j]; };
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      if (std::abs(at(i, k)) > std::abs(at(pivot, k))) pivot = i;
    }
    if (at(pivot, k) == 0.0 || !std::isfinite(at(pivot, k))) return false;
    swaps_[k] = pivot;
    if (pivot != k) {
      for (std::size_t j = 0; j < n; ++j) std::swap(at(k, j), at(pivot, j));
    }
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = at(i, k) /= at(k, k);
      for (std::size_t j = k + 1; j < n; ++j) at(i, j) -= factor * at(k, j);
    }
  }
  return true;
}

void Lu::solve(std::span<double> b) const {
  for (std::size_t i = 0; i < n_; ++i) std::swap(b[i], b[swaps_[i]]);
  for (std::size_t i = 0; i < n_; ++i) {
    for (std::size_t j = 0; j < i; ++j) b[i] -= factors_[i * n_ + j] * b[j];
  }
  for (std::size_t i = n_; i-- > 0;) {
    for (std::size_t j = i + 1; j < n_; ++j) b[i] -= factors_[i * n_ + j] * b[j];
    b[i] /= factors_[i * n_ + i];
  }
}

bool Cholesky::factor(std::span<const double> matrix, std::size_t n, double share) {
  n_ = n;
  factor_.assign(matrix.begin(), matrix.end());
  const auto at = [&](std::size_t i, std::size_t j) -> double& { return factor_[i * n + j]; };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      for (std::size_t k = 0; k < j; ++k) at(i, j) -= at(i, k) * at(j, k);
      at(i, j) /= at(j, j);
    }
    const double whole = at(i, i);
    for (std::size_t k = 0; k < i; ++k) at(i, i) -= at(i, k) * at(i, k);
    if (!(at(i, i) > share * whole)) return false;  // also where it is not a number
    at(i, i) = std::sqrt(at(i, i));
  }
  return true;
}

void Cholesky::solve(std::span<double> b) const {
  for (std::size_t i = 0; i < n_; ++i) {
    for (std::size_t j = 0; j < i; ++j) b[i] -= factor_[i * n_ + j] * b[j];
    b[i] /= factor_[i * n_ + i];
  }
  for (std::size_t i = n_; i-- > 0;) {
    for (std::size_t j = i + 1; j < n_; ++j) b[i] -= factor_[j * n_ + i] * b[j];
    b[i] /= factor_[i * n_ + i];
  }
}

}  // namespace espalier::solve
