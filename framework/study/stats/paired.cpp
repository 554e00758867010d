#include "study/stats/paired.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "study/stats/wilcoxon.hpp"

namespace espalier::stats {

namespace {

// Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)); NaN at m = 1, where the expectation does not exist.
double hedges_correction(double m) {
  if (m < 2.0) return std::numeric_limits<double>::quiet_NaN();
  return boost::math::tgamma_ratio(m / 2.0, (m - 1.0) / 2.0) / std::sqrt(m / 2.0);
}

constexpr double kGrid = 1e-12;

double largest_of(std::span<const double> a, std::span<const double> b) {
  double largest = 0.0;
  for (const auto& values : {a, b}) {
    for (const double x : values) largest = std::max(largest, std::abs(x));
  }
  return largest;
}

// Scores are shares of some hundred rows: differences that are equal in decimals come out apart in
// their last bits, and would be ranked. They are rounded to 1e-12 of the largest score.
std::vector<double> differences_of(std::span<const double> a, std::span<const double> b) {
  const double largest = largest_of(a, b);
  const double grid = largest > 0.0 ? kGrid * largest : 1.0;
  std::vector<double> differences(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    differences[i] = std::round((a[i] - b[i]) / grid) * grid;
  }
  return differences;
}

}  // namespace

PairedResult paired(std::span<const double> a, std::span<const double> b, double level) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> differences = differences_of(a, b);
  PairedResult r{mean_estimate(differences, level), kNone, wilcoxon_p(differences), kNone};
  if (std::abs(r.difference.mean) < kGrid * largest_of(a, b)) r.difference.mean = 0.0;
  if (a.size() < 2) return r;
  const double deviation = deviation_of(differences);
  const auto n = static_cast<double>(a.size());
  constexpr double kRounding = 1e-12;  // of the mean of equal differences
  if (deviation <= kRounding * std::abs(r.difference.mean) || deviation == 0.0) {
    if (r.difference.mean == 0.0) {
      r.t_p = 1.0;
      r.effect = 0.0;
    }
    return r;
  }
  const double t = r.difference.mean / deviation * std::sqrt(n);
  const boost::math::students_t distribution(n - 1.0);
  r.t_p = 2.0 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)));
  r.effect = r.difference.mean / deviation * hedges_correction(n - 1.0);
  return r;
}

}  // namespace espalier::stats
