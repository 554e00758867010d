#include "study/stats/wilcoxon.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "study/stats/ranks.hpp"

namespace espalier::stats {

namespace {

constexpr std::size_t kExact = 50;
constexpr std::size_t kExactWithTies = 13;

// P(W+ <= w) and P(W+ >= w) are sums over the 2^n equally likely signs. Twice the ranks are whole
// numbers, ties or not: ways[s] counts the signs whose positive ranks sum to s / 2.
double exact_p(const std::vector<double>& ranks, double positive) {
  std::vector<double> ways = {1.0};
  for (const double rank : ranks) {
    const auto step = static_cast<std::size_t>(std::lround(2.0 * rank));
    std::vector<double> next(ways.size() + step, 0.0);
    for (std::size_t s = 0; s < ways.size(); ++s) {
      next[s] += 0.5 * ways[s];
      next[s + step] += 0.5 * ways[s];
    }
    ways = std::move(next);
  }
  const auto w = static_cast<std::size_t>(std::lround(2.0 * positive));
  const auto at = ways.begin() + static_cast<std::ptrdiff_t>(w);
  const double below = std::accumulate(ways.begin(), at + 1, 0.0);
  const double above = std::accumulate(at, ways.end(), 0.0);
  return std::min(1.0, 2.0 * std::min(below, above));
}

// Mean n(n+1)/4, variance (n(n+1)(2n+1) - sum(t^3 - t)/2) / 24 over groups of t equal sizes.
double normal_p(const std::vector<double>& sizes, double positive) {
  const auto n = static_cast<double>(sizes.size());
  const double variance = (n * (n + 1.0) * (2.0 * n + 1.0) - tie_sum(sizes) / 2.0) / 24.0;
  const double z = std::abs(positive - n * (n + 1.0) / 4.0) / std::sqrt(variance);
  return 2.0 * boost::math::cdf(boost::math::complement(boost::math::normal(), z));
}

}  // namespace

double wilcoxon_p(std::span<const double> differences) {
  if (differences.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sizes;
  std::vector<char> is_positive;
  for (const double d : differences) {
    if (d == 0.0) continue;
    sizes.push_back(std::abs(d));
    is_positive.push_back(d > 0.0 ? 1 : 0);
  }
  if (sizes.empty()) return 1.0;
  const std::vector<double> ranks = ranks_of(sizes);
  double positive = 0.0;
  for (std::size_t i = 0; i < ranks.size(); ++i) positive += is_positive[i] != 0 ? ranks[i] : 0.0;
  std::vector<double> sorted = sizes;
  std::ranges::sort(sorted);
  const bool plain =
      sizes.size() == differences.size() && std::ranges::adjacent_find(sorted) == sorted.end();
  const bool exact = differences.size() <= (plain ? kExact : kExactWithTies);
  return exact ? exact_p(ranks, positive) : normal_p(sizes, positive);
}

}  // namespace espalier::stats
