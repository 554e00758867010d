#include "study/stats/seeds_needed.hpp"

#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace espalier::stats {

double paired_t_power(double effect, std::size_t n, double alpha) {
  const auto pairs = static_cast<double>(n);
  const double degrees = pairs - 1.0;
  const double bound =
      boost::math::quantile(boost::math::complement(boost::math::students_t(degrees), alpha / 2.0));
  const boost::math::non_central_t t(degrees, std::abs(effect) * std::sqrt(pairs));
  return boost::math::cdf(boost::math::complement(t, bound)) + boost::math::cdf(t, -bound);
}

std::optional<std::size_t> seeds_needed(double effect, double power, double alpha,
                                        std::size_t most) {
  if (!std::isfinite(effect) || effect == 0.0 || paired_t_power(effect, most, alpha) < power) {
    return std::nullopt;
  }
  std::size_t low = 2, high = most;  // power grows with n
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (paired_t_power(effect, middle, alpha) >= power) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace espalier::stats
