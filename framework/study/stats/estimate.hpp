#pragma once

#include <cstddef>
#include <span>

#include "espalier/api.hpp"

/// Statistics of studies. Inputs are finite: what is missing is left out by the caller.
namespace espalier::stats {

/// A mean with its interval; NaN where the values do not determine it.
struct Estimate {
  double mean, low, high;
  std::size_t n;
};

double mean_of(std::span<const double> values);
/// With n - 1 in the denominator.
double deviation_of(std::span<const double> values);

/// Mean and Student's interval: mean -+ t(n-1, level) s / sqrt(n). One value has no interval.
ESPALIER_API Estimate mean_estimate(std::span<const double> values, double level = 0.95);

}  // namespace espalier::stats
