#pragma once

#include <functional>
#include <optional>
#include <span>

#include "espalier/parameter.hpp"

namespace espalier::testing {

/// A derivative that is not what the difference quotient says.
struct Mismatch {
  Index at = 0;
  double difference = 0.0;
  double gradient = 0.0;
};

/// Compares a gradient of `total` in the numbers of `value` with central differences
/// (f(x + h) - f(x - h)) / 2h, at up to 200 places. REQUIRES: double.
std::optional<Mismatch> compare_with_differences(const Tensor& value,
                                                 std::span<const real> gradient,
                                                 const std::function<double()>& total);

}  // namespace espalier::testing
