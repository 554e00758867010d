#include "study/stats/holm.hpp"

#include <algorithm>
#include <cmath>

namespace espalier::stats {

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.begin(), p.end());
  double most = 0.0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const auto factor = static_cast<double>(order.size() - k);
    most = std::max(most, std::min(1.0, factor * p[order[k]]));
    adjusted[order[k]] = most;
  }
  return adjusted;
}

}  // namespace espalier::stats
