// module: balance
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>

/// Small questions to a Gram matrix G = J J', (n, n) row-major. All in double.
namespace espalier::gram {

/// @addtogroup balancers
/// @{

/// Row i of G, (n).
inline std::span<const double> row(std::span<const double> g, std::size_t i, std::size_t n) {
  return g.subspan(i * n, n);
}

/// (G w)_i = <g_i, J'w>
inline double product(std::span<const double> g, std::size_t i, std::span<const double> w) {
  const auto r = row(g, i, w.size());
  return std::inner_product(r.begin(), r.end(), w.begin(), 0.0);
}

/// w'Gw, never below zero.
inline double squared_norm(std::span<const double> g, std::span<const double> w) {
  double total = 0.0;
  for (std::size_t i = 0; i < w.size(); ++i) total += w[i] * product(g, i, w);
  return std::max(0.0, total);
}

/// |J'w|
inline double norm(std::span<const double> g, std::span<const double> w) {
  return std::sqrt(squared_norm(g, w));
}

/// Sum of the n squared norms.
inline double trace(std::span<const double> g, std::size_t n) {
  double total = 0.0;
  for (std::size_t i = 0; i < n; ++i) total += g[i * n + i];
  return total;
}
/// @}

}  // namespace espalier::gram
