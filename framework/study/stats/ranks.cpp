#include "study/stats/ranks.hpp"

#include <algorithm>
#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>
#include <numeric>

namespace espalier::stats {

namespace {

// 95 % quantile of the studentized range of k = 2..30 methods and infinite degrees of freedom, over
// sqrt 2 (scipy.stats.studentized_range).
constexpr std::array<double, 29> kNemenyi = {
    1.959964, 2.343701, 2.569032, 2.727774, 2.849705, 2.948320, 3.030878, 3.101730,
    3.163684, 3.218654, 3.268004, 3.312739, 3.353618, 3.391230, 3.426041, 3.458425,
    3.488685, 3.517073, 3.543799, 3.569040, 3.592946, 3.615646, 3.637252, 3.657861,
    3.677556, 3.696413, 3.714498, 3.731869, 3.748578};

}  // namespace

double tie_sum(std::vector<double> values) {
  std::ranges::sort(values);
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t end = i;
    while (end < values.size() && values[end] == values[i]) ++end;
    const auto t = static_cast<double>(end - i);
    sum += t * t * t - t;
    i = end;
  }
  return sum;
}

std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    const double mean = 0.5 * static_cast<double>(i + 1 + end);
    for (; i < end; ++i) ranks[order[i]] = mean;
  }
  return ranks;
}

RankResult rank_methods(const std::vector<std::vector<double>>& scores) {
  const std::size_t methods = scores.at(0).size();
  const auto n = static_cast<double>(scores.size());
  const auto k = static_cast<double>(methods);
  RankResult r{std::vector<double>(methods), std::numeric_limits<double>::quiet_NaN(), {}};
  double ties = 0.0;
  for (const std::vector<double>& row : scores) {
    std::vector<double> down(methods);
    std::ranges::transform(row, down.begin(), [](double x) { return -x; });
    const std::vector<double> ranks = ranks_of(down);
    for (std::size_t m = 0; m < methods; ++m) r.average[m] += ranks[m] / n;
    ties += tie_sum(row);
  }
  // chi^2 = 12 n / (k (k+1)) (sum R_m^2 - k (k+1)^2 / 4), over what ties leave of the variance.
  double squares = 0.0;
  for (const double average : r.average) squares += average * average;
  const double left = 1.0 - ties / (n * k * (k * k - 1.0));
  if (left > 0.0) {
    const double chi = 12.0 * n / (k * (k + 1.0)) * (squares - k * (k + 1.0) * (k + 1.0) / 4.0);
    const boost::math::chi_squared distribution(k - 1.0);
    r.friedman_p =
        boost::math::cdf(boost::math::complement(distribution, std::max(0.0, chi / left)));
  }
  if (methods >= 2 && methods - 2 < kNemenyi.size()) {
    r.critical_difference = kNemenyi.at(methods - 2) * std::sqrt(k * (k + 1.0) / (6.0 * n));
  }
  return r;
}

}  // namespace espalier::stats
