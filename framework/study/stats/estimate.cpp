#include "study/stats/estimate.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace espalier::stats {

namespace {
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
}

double mean_of(std::span<const double> values) {
  double sum = 0.0;
  for (const double x : values) sum += x;
  return values.empty() ? kNone : sum / static_cast<double>(values.size());
}

double deviation_of(std::span<const double> values) {
  if (values.size() < 2) return kNone;
  const double mean = mean_of(values);
  double squares = 0.0;
  for (const double x : values) squares += (x - mean) * (x - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

Estimate mean_estimate(std::span<const double> values, double level) {
  const double mean = mean_of(values);
  if (values.size() < 2) return {mean, kNone, kNone, values.size()};
  const auto n = static_cast<double>(values.size());
  const boost::math::students_t t(n - 1.0);
  const double half = boost::math::quantile(boost::math::complement(t, (1.0 - level) / 2.0)) *
                      deviation_of(values) / std::sqrt(n);
  return {mean, mean - half, mean + half, values.size()};
}

}  // namespace espalier::stats
