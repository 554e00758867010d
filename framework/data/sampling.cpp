#include "data/sampling.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace espalier {

namespace {

// By logarithms, so that no temperature overflows; the largest stream has weight 1.
std::vector<double> shares_of(std::span<const Index> sizes, Index total, double temperature) {
  const auto largest = static_cast<double>(std::ranges::max(sizes));
  std::vector<double> shares;
  double sum = 0.0;
  for (const Index size : sizes) {
    shares.push_back(std::exp(std::log(static_cast<double>(size) / largest) / temperature));
    sum += shares.back();
  }
  for (double& share : shares) share *= static_cast<double>(total) / sum;
  return shares;
}

}  // namespace

std::vector<Index> rows_per_step(std::span<const Index> sizes, Index total, double temperature) {
  const std::vector<double> shares = shares_of(sizes, total, temperature);
  std::vector<Index> rows;
  for (const double share : shares) {
    rows.push_back(std::max<Index>(1, static_cast<Index>(std::floor(share))));
  }
  const auto missing = [&](std::size_t s) { return shares[s] - static_cast<double>(rows[s]); };
  Index left = total - std::accumulate(rows.begin(), rows.end(), Index{0});
  for (; left > 0; --left) {
    std::size_t furthest = 0;
    for (std::size_t s = 1; s < rows.size(); ++s) {
      if (missing(s) > missing(furthest)) furthest = s;
    }
    ++rows[furthest];
  }
  for (; left < 0; ++left) {
    std::size_t furthest = rows.size();
    for (std::size_t s = 0; s < rows.size(); ++s) {
      if (rows[s] == 1) continue;
      if (furthest == rows.size() || missing(s) < missing(furthest)) furthest = s;
    }
    --rows[furthest];
  }
  return rows;
}

}  // namespace espalier
