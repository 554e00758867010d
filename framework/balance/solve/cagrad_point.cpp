// At the minimum, with l = |J'w| / k, w also minimises <J'w, g> + |J'w|^2 / (2 l), that is
// |J'w + l g|^2: it is the min-norm point w(l) of the rows moved by l g. So one number is sought,
// the l > 0 with |J'w(l)| = k l. |J'w(l)| / l never grows with l, which gives brackets; and while
// the support of w(l) stays, w(l) = w0 + l w1 with J'w1 orthogonal to J'w0, which gives
//   l = |J'w0| / sqrt(k^2 - |J'w1|^2)
// exactly. A few min-norm points are enough.
#include "balance/solve/cagrad_point.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "espalier/gram.hpp"

namespace espalier::solve {

namespace {

constexpr int kSteps = 60;
constexpr double kExact = 1e-13;
constexpr double kDependent = 1e-13;  // share of a squared distance that counts as none
constexpr double kCancelled = 1e-13;  // share of a squared length that is rounding

double squared_size(std::span<const double> g, std::span<const double> w) {
  double size = 0.0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    size += w[i] * std::sqrt(std::max(0.0, g[i * w.size() + i]));
  }
  return size * size;
}

}  // namespace

bool CagradPoint::solve(std::span<const double> g, std::span<const double> b, double squared,
                        double k, std::span<double> w) {
  gram_ = g;
  b_ = b;
  squared_ = squared;
  const std::size_t n = w.size();
  double longest = 0.0;
  for (std::size_t i = 0; i < n; ++i) longest = std::max(longest, g[i * n + i]);
  double low = 0.0;
  double high = 2.0 * std::sqrt(longest) / k;
  double shift = std::sqrt(squared) / k;  // the solution where w is the mean that g is
  for (int step = 0; step < kSteps; ++step) {
    shifted_minimum(shift, w);
    const double length = gram::squared_norm(g, w);
    if (length <= kCancelled * squared_size(g, w)) return false;
    (std::sqrt(length) > k * shift ? low : high) = shift;
    double next = exact_shift(w, k);
    if (std::abs(next - shift) <= kExact * shift || high - low <= kExact * high) return true;
    if (!(next > low && next < high)) next = low > 0.0 ? std::sqrt(low * high) : 0.1 * high;
    shift = next;
  }
  return true;
}

void CagradPoint::shifted_minimum(double shift, std::span<double> w) {
  const std::size_t n = w.size();
  shifted_.resize(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      shifted_[i * n + j] = gram_[i * n + j] + shift * (b_[i] + b_[j]) + shift * shift * squared_;
    }
  }
  min_norm_.solve(shifted_, w);
}

// The l that solves the problem on the support of w; not a number where there is none. With r the
// first of the support and the others in differences from it, M y = -(G_jr - G_rr) - l (b_j - b_r).
double CagradPoint::exact_shift(std::span<const double> w, double k) {
  const std::size_t n = w.size();
  const auto at = [&](std::size_t i, std::size_t j) { return gram_[i * n + j]; };
  std::size_t r = n;
  for (std::size_t i = 0; i < n; ++i) {
    if (w[i] > 0.0 && (r == n || at(i, i) < at(r, r))) r = i;
  }
  matrix_.clear();
  still_.clear();
  moving_.clear();
  for (std::size_t i = 0; i < n; ++i) {
    if (i == r || w[i] <= 0.0) continue;
    still_.push_back(at(r, r) - at(i, r));
    moving_.push_back(b_[r] - b_[i]);
    for (std::size_t j = 0; j < n; ++j) {
      if (j != r && w[j] > 0.0) matrix_.push_back(at(i, j) - at(i, r) - at(r, j) + at(r, r));
    }
  }
  if (!cholesky_.factor(matrix_, still_.size(), kDependent))
    return std::numeric_limits<double>::quiet_NaN();
  // |J'w0|^2 = G_rr - s'M^-1 s and |J'w1|^2 = m'M^-1 m, with the right-hand sides s and m.
  double at_zero = at(r, r);
  double slope = 0.0;
  shifted_ = still_;
  cholesky_.solve(still_);
  for (std::size_t i = 0; i < still_.size(); ++i) at_zero -= shifted_[i] * still_[i];
  shifted_ = moving_;
  cholesky_.solve(moving_);
  for (std::size_t i = 0; i < moving_.size(); ++i) slope += shifted_[i] * moving_[i];
  return std::sqrt(at_zero / (k * k - slope));
}

}  // namespace espalier::solve
