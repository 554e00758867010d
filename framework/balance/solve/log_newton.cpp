// Newton on y = log x. With p = 1/alpha and s_i = G_ii^(-1/(1+p)), the solution without the other
// rows, x = s e^y turns the equation into
//   K e^y = e^(-p y),  K_ij = s_i^p G_ij s_j,  K_ii = 1
// whose start is y = 0 and whose numbers are near 1 whatever the rows' scales. In the residual
//   r_i = (K e^y)_i e^(p y_i) - 1
// a step is
//   (K_ij e^(y_j + p y_i) + p [i = j]) d = r,  y -= d min(1, 1 / max |d|)
// The derivative of e^(-p y) is taken at the present y, not at K e^y: so the step's matrix is that
// of a positive definite one times scales, never singular, and d always descends.
//
// It ends by d, not by r: where rows of different length conflict, (Gx)_i is a small difference of
// large numbers and r is mostly rounding, while x still has its digits.
#include "balance/solve/log_newton.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "espalier/gram.hpp"

namespace espalier::solve {

namespace {

constexpr int kSteps = 400;
constexpr double kExact = 1e-12;      // largest |d| of the last step
constexpr double kSolved = 1e-8;      // the same where rounding allows no better
constexpr double kCancelled = 4e-16;  // |J'x|^2 as a share of (sum x_i |g_i|)^2 that is rounding

// Whether J'x is zero up to rounding: then x only shows that there is no solution.
bool cancels(std::span<const double> g, std::span<const double> x) {
  double size = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) size += x[i] * std::sqrt(g[i * x.size() + i]);
  return x.size() > 1 && gram::squared_norm(g, x) <= kCancelled * size * size;
}

bool all_finite(std::span<const double> x) {
  return std::ranges::all_of(x, [](double value) { return std::isfinite(value); });
}

}  // namespace

bool LogNewton::solve(std::span<const double> g, double alpha, std::span<double> x) {
  const std::size_t n = x.size();
  const double power = 1.0 / alpha;
  matrix_.resize(n * n);
  for (std::size_t i = 0; i < n; ++i) x[i] = std::pow(g[i * n + i], -1.0 / (1.0 + power));
  for (std::size_t i = 0; i < n; ++i) {
    const double left = std::pow(x[i], power);
    for (std::size_t j = 0; j < n; ++j) matrix_[i * n + j] = left * g[i * n + j] * x[j];
  }
  logarithm_.assign(n, 0.0);
  double moved = 1.0;
  double before = 2.0;
  for (int k = 0; k < kSteps && moved > kExact; ++k) {
    if (moved < kSolved && moved >= before) break;  // only rounding moves it now
    before = moved;
    moved = step(power);
  }
  if (!(moved < kSolved)) return false;
  for (std::size_t i = 0; i < n; ++i) x[i] *= std::exp(logarithm_[i]);
  return all_finite(x) && *std::ranges::min_element(x) > 0.0 && !cancels(g, x);
}

// Writes r, the size of its terms and the step's matrix.
void LogNewton::evaluate(double power) {
  const std::size_t n = logarithm_.size();
  jacobian_.resize(n * n);
  residual_.resize(n);
  size_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    residual_[i] = -1.0;
    size_[i] = 0.0;
    for (std::size_t j = 0; j < n; ++j) {
      const double term = matrix_[i * n + j] * std::exp(logarithm_[j] + power * logarithm_[i]);
      jacobian_[i * n + j] = term;
      residual_[i] += term;
      size_[i] += std::abs(term);
    }
    jacobian_[i * n + i] += power;
  }
}

// Makes a step and returns the largest |d|; infinity where none can be made. The equations are
// divided by the size of their terms, which pivots are chosen by.
double LogNewton::step(double power) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  const std::size_t n = logarithm_.size();
  evaluate(power);
  for (std::size_t i = 0; i < n; ++i) {
    residual_[i] /= size_[i];
    for (std::size_t j = 0; j < n; ++j) jacobian_[i * n + j] /= size_[i];
  }
  if (!all_finite(jacobian_) || !lu_.factor(jacobian_, n)) return kNone;
  lu_.solve(residual_);
  if (!all_finite(residual_)) return kNone;
  double largest = 0.0;
  for (const double d : residual_) largest = std::max(largest, std::abs(d));
  const double length = largest > 1.0 ? 1.0 / largest : 1.0;
  for (std::size_t i = 0; i < n; ++i) logarithm_[i] -= length * residual_[i];
  return largest;
}

}  // namespace espalier::solve
