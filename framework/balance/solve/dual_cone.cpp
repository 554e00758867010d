// Active set (Lawson & Hanson 1974, non-negative least squares, for z = v - u): the free part of v
// minimises, so that (Gv)_i = 0 there; the index with the most negative <g_j, J'v> is freed; one
// whose v would fall below u returns to u.
#include "balance/solve/dual_cone.hpp"

#include <algorithm>
#include <cmath>

#include "espalier/gram.hpp"

namespace espalier::solve {

namespace {

constexpr double kRounding = 1e-14;
constexpr double kDependent = 1e-13;  // share of a squared length that counts as none

double length(std::span<const double> g, std::size_t i, std::size_t n) {
  return std::sqrt(std::max(0.0, g[i * n + i]));
}

// Sum |v_i| |g_i|: what the rounding errors of J'v are measured by.
double size_of(std::span<const double> g, std::span<const double> v) {
  double size = 0.0;
  for (std::size_t i = 0; i < v.size(); ++i) size += std::abs(v[i]) * length(g, i, v.size());
  return size;
}

}  // namespace

void DualCone::solve(std::span<const double> g, std::span<const double> lower,
                     std::span<double> v) {
  if (!active_set(g, lower, v)) descend(g, lower, v);
}

bool DualCone::active_set(std::span<const double> g, std::span<const double> lower,
                          std::span<double> v) {
  std::ranges::copy(lower, v.begin());
  free_.clear();
  for (std::size_t cycle = 0; cycle < 50 * (v.size() + 1); ++cycle) {
    const std::size_t entering = violated(g, lower, v);
    if (entering == v.size()) return true;
    if (std::ranges::find(free_, entering) != free_.end()) return false;
    free_.push_back(entering);
    if (!minimise_free(g, lower, v)) return false;
  }
  return false;
}

// The j with the most negative cosine between g_j and J'v; n where none is, beyond rounding.
std::size_t DualCone::violated(std::span<const double> g, std::span<const double> lower,
                               std::span<const double> v) const {
  const std::size_t n = v.size();
  double least = -kRounding * static_cast<double>(n) * (size_of(g, v) + size_of(g, lower));
  std::size_t found = n;
  for (std::size_t i = 0; i < n; ++i) {
    const double own = length(g, i, n);
    if (own == 0.0) continue;
    const double product = gram::product(g, i, v) / own;
    if (product >= least) continue;
    least = product;
    found = i;
  }
  return found;
}

// Solves (Gv)_i = 0 on the free; while that takes some below u, goes there only as far as u and
// gives them back. False where the free rows are dependent.
bool DualCone::minimise_free(std::span<const double> g, std::span<const double> lower,
                             std::span<double> v) {
  const std::size_t n = v.size();
  while (true) {
    matrix_.clear();
    excess_.clear();
    for (const std::size_t i : free_) {
      for (const std::size_t j : free_) matrix_.push_back(g[i * n + j]);
      excess_.push_back(-gram::product(g, i, lower));
    }
    if (!cholesky_.factor(matrix_, free_.size(), kDependent)) return false;
    cholesky_.solve(excess_);
    double share = 1.0;
    std::size_t leaving = n;
    for (std::size_t k = 0; k < free_.size(); ++k) {
      const double now = v[free_[k]] - lower[free_[k]];
      if (excess_[k] > 0.0 || now >= share * (now - excess_[k])) continue;
      share = now / (now - excess_[k]);
      leaving = free_[k];
    }
    for (std::size_t k = 0; k < free_.size(); ++k) {
      const std::size_t i = free_[k];
      const double now = v[i] - lower[i];
      v[i] = lower[i] + std::max(0.0, now + share * (excess_[k] - now));
    }
    if (leaving == n) return true;
    v[leaving] = lower[leaving];
    std::erase_if(free_, [&](std::size_t i) { return v[i] <= lower[i]; });
  }
}

void DualCone::descend(std::span<const double> g, std::span<const double> lower,
                       std::span<double> v) {
  const std::size_t n = v.size();
  for (std::size_t sweep = 0; sweep < 2000; ++sweep) {
    double moved = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double curvature = g[i * n + i];
      if (curvature <= 0.0) continue;
      const double to = std::max(lower[i], v[i] - gram::product(g, i, v) / curvature);
      moved = std::max(moved, std::abs(to - v[i]) * length(g, i, n));
      v[i] = to;
    }
    if (moved <= kRounding * size_of(g, v)) return;
  }
}

}  // namespace espalier::solve
