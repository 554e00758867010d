// Wolfe's algorithm ("Finding the nearest point in a polytope", 1976) on the Gram matrix: w has a
// support S of affinely independent rows and is their hull's shortest vector x. Optimal where
// <g_j, x> >= |x|^2 for all j; otherwise the worst j enters S (major cycle) and w moves towards the
// shortest vector of the affine hull of S, rows leaving S where it would get a negative weight
// (minor cycles).
//
// The affine problem is solved in differences from the shortest row r of S:
//   M_jk = <g_j - g_r, g_k - g_r>,  M y = -<g_j - g_r, g_r>,  w_j = y_j,  w_r = 1 - sum y
// which keeps its digits where rows differ in scale by many orders. All tolerances are bounds of
// rounding errors, so that they too follow the rows' scales.
#include "balance/solve/min_norm.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "espalier/gram.hpp"

namespace espalier::solve {

namespace {

constexpr double kRounding = 1e-14;
constexpr double kDependent = 1e-13;  // share of a squared distance that counts as none

}  // namespace

void MinNorm::solve(std::span<const double> g, std::span<double> w) {
  if (w.empty()) return;
  if (w.size() == 1) {
    w[0] = 1.0;
  } else if (w.size() == 2) {
    solve_pair(g, w);
  } else if (!wolfe(g, w)) {
    descend(g, w);
  }
}

// The segment's nearest point to 0, by the derivative at both ends. With b the shorter end,
// w_a = <b, b - a> / |a - b|^2: rounding of w_b = 1 - w_a then is small beside |x|.
void MinNorm::solve_pair(std::span<const double> g, std::span<double> w) const {
  const std::size_t a = g[0] >= g[3] ? 0 : 1;
  const double longer = g[a * 3];
  const double shorter = g[3 - a * 3];
  const double distance = longer + shorter - 2.0 * g[1];
  if (distance <= kRounding * longer) {  // equal rows
    w[0] = w[1] = 0.5;
    return;
  }
  w[a] = std::clamp((shorter - g[1]) / distance, 0.0, 1.0);
  w[1 - a] = 1.0 - w[a];
}

// w'Gw; leaves Gw and the size of w.
double MinNorm::evaluate(std::span<const double> g, std::span<const double> w) {
  const std::size_t n = w.size();
  products_.resize(n);
  size_ = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    products_[i] = gram::product(g, i, w);
    size_ += w[i] * std::sqrt(std::max(0.0, g[i * n + i]));
  }
  return std::inner_product(w.begin(), w.end(), products_.begin(), 0.0);
}

// Bound of the rounding errors of <g_i, x> - |x|^2.
double MinNorm::tolerance(std::span<const double> g, std::size_t i) const {
  const std::size_t n = products_.size();
  return kRounding * static_cast<double>(n) * size_ *
         (size_ + std::sqrt(std::max(0.0, g[i * n + i])));
}

bool MinNorm::wolfe(std::span<const double> g, std::span<double> w) {
  const std::size_t n = w.size();
  std::size_t entering = 0;
  for (std::size_t i = 1; i < n; ++i) {
    if (g[i * n + i] < g[entering * n + entering]) entering = i;
  }
  std::ranges::fill(w, 0.0);
  w[entering] = 1.0;
  support_.assign(1, entering);
  double value = evaluate(g, w);
  for (std::size_t cycle = 0; cycle < 50 * n; ++cycle) {
    entering = n;
    for (std::size_t i = 0; i < n; ++i) {
      if (products_[i] >= value - tolerance(g, i)) continue;
      if (entering == n || products_[i] < products_[entering]) entering = i;
    }
    if (entering == n) return true;
    if (std::ranges::find(support_, entering) != support_.end()) return false;
    support_.push_back(entering);
    if (!minor_cycle(g, w)) return false;
    const double before = value;
    value = evaluate(g, w);
    if (!(value < before)) return false;
  }
  return false;
}

// Moves w to the shortest vector of the affine hull of its support, which shrinks until that
// vector's weights are positive. False where the support is dependent.
bool MinNorm::minor_cycle(std::span<const double> g, std::span<double> w) {
  while (affine_minimum(g)) {
    double length = 1.0;  // share of the way until a weight is zero
    std::size_t leaving = support_.size();
    for (std::size_t k = 0; k < support_.size(); ++k) {
      const double weight = w[support_[k]];
      if (affine_[k] > 0.0 || weight >= length * (weight - affine_[k])) continue;
      length = weight / (weight - affine_[k]);
      leaving = k;
    }
    for (std::size_t k = 0; k < support_.size(); ++k) {
      double& weight = w[support_[k]];
      weight = std::max(0.0, weight + length * (affine_[k] - weight));
    }
    if (leaving == support_.size()) return true;
    w[support_[leaving]] = 0.0;
    std::erase_if(support_, [&](std::size_t i) { return w[i] <= 0.0; });
  }
  return false;
}

bool MinNorm::affine_minimum(std::span<const double> g) {
  const auto n = products_.size();
  const auto at = [&](std::size_t i, std::size_t j) { return g[i * n + j]; };
  const std::size_t r = *std::ranges::min_element(
      support_, [&](std::size_t i, std::size_t j) { return at(i, i) < at(j, j); });
  const std::size_t size = support_.size() - 1;
  differences_.clear();
  right_.clear();
  for (const std::size_t i : support_) {
    if (i == r) continue;
    right_.push_back(at(r, r) - at(i, r));
    for (const std::size_t j : support_) {
      if (j != r) differences_.push_back(at(i, j) - at(i, r) - at(r, j) + at(r, r));
    }
  }
  if (!cholesky_.factor(differences_, size, kDependent)) return false;
  cholesky_.solve(right_);
  affine_.clear();
  const double rest = 1.0 - std::accumulate(right_.begin(), right_.end(), 0.0);
  auto next = right_.begin();
  for (const std::size_t i : support_) affine_.push_back(i == r ? rest : *next++);
  return true;
}

// Guelat & Marcotte 1986: towards the best row, or away from the worst in use, by exact line
// search.
void MinNorm::descend(std::span<const double> g, std::span<double> w) {
  const std::size_t n = w.size();
  for (std::size_t step = 0; step < 200 * n; ++step) {
    const double value = evaluate(g, w);
    const auto best =
        static_cast<std::size_t>(std::ranges::min_element(products_) - products_.begin());
    std::size_t worst = best;
    for (std::size_t i = 0; i < n; ++i) {
      if (w[i] > 0.0 && products_[i] > products_[worst]) worst = i;
    }
    const double gain = value - products_[best];
    const double loss = products_[worst] - value;
    if (gain <= tolerance(g, best)) return;
    const bool towards = gain >= loss || w[worst] >= 1.0;
    const std::size_t i = towards ? best : worst;
    const double curvature = g[i * n + i] - 2.0 * products_[i] + value;
    const double limit = towards ? 1.0 : w[i] / (1.0 - w[i]);
    const double slope = towards ? gain : loss;
    const double length = curvature > 0.0 ? std::min(limit, slope / curvature) : limit;
    const double sign = towards ? 1.0 : -1.0;
    for (double& weight : w) weight *= 1.0 - sign * length;
    w[i] = std::max(0.0, w[i] + sign * length);
    if (!towards && length == limit) w[i] = 0.0;
  }
}

}  // namespace espalier::solve
