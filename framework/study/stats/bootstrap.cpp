#include "study/stats/bootstrap.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "espalier/random.hpp"

namespace espalier::stats {

namespace {

const boost::math::normal kNormal;

std::vector<double> resampled_means(std::span<const double> values, std::uint64_t seed,
                                    int resamples) {
  RandomStream random(seed, "study/bootstrap");
  const auto n = static_cast<Index>(values.size());
  std::vector<double> means(static_cast<std::size_t>(resamples));
  for (double& mean : means) {
    double sum = 0.0;
    for (Index i = 0; i < n; ++i) sum += values[static_cast<std::size_t>(random.below(n))];
    mean = sum / static_cast<double>(n);
  }
  std::ranges::sort(means);
  return means;
}

// a = sum d_i^3 / (6 (sum d_i^2)^1.5) of the jackknife; for the mean d_i is (x_i - mean) / (n - 1).
double acceleration(std::span<const double> values) {
  const double mean = mean_of(values);
  double squares = 0.0, cubes = 0.0;
  for (const double x : values) {
    squares += (x - mean) * (x - mean);
    cubes += (x - mean) * (x - mean) * (x - mean);
  }
  return cubes / (6.0 * std::pow(squares, 1.5));
}

// Share of resamples below the mean; those equal to it count half.
double share_below(const std::vector<double>& sorted, double mean) {
  const double rounding = 1e-12 * std::max(std::abs(sorted.front()), std::abs(sorted.back()));
  const auto low = std::ranges::lower_bound(sorted, mean - rounding) - sorted.begin();
  const auto high = std::ranges::upper_bound(sorted, mean + rounding) - sorted.begin();
  const double below = 0.5 * (static_cast<double>(low) + static_cast<double>(high));
  return std::clamp(below / static_cast<double>(sorted.size()), 1e-9, 1.0 - 1e-9);
}

double at_share(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto i = static_cast<std::size_t>(place);
  const std::size_t j = std::min(i + 1, sorted.size() - 1);
  return sorted[i] + (place - static_cast<double>(i)) * (sorted[j] - sorted[i]);
}

}  // namespace

Estimate bootstrap_estimate(std::span<const double> values, double level, std::uint64_t seed,
                            int resamples) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const double mean = mean_of(values);
  if (values.size() < 2) return {mean, kNone, kNone, values.size()};
  if (std::ranges::min(values) == std::ranges::max(values))
    return {mean, mean, mean, values.size()};
  const std::vector<double> sorted = resampled_means(values, seed, resamples);
  const double bias = boost::math::quantile(kNormal, share_below(sorted, mean));
  const double a = acceleration(values);
  const auto bound = [&](double share) {
    const double z = bias + boost::math::quantile(kNormal, share);
    return at_share(sorted, boost::math::cdf(kNormal, bias + z / (1.0 - a * z)));
  };
  const double tail = (1.0 - level) / 2.0;
  return {mean, bound(tail), bound(1.0 - tail), values.size()};
}

}  // namespace espalier::stats
