#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <span>
#include <type_traits>

#include "espalier/tensor.hpp"

namespace espalier::test {

/// Checks a gradient of `total` in the numbers of `value` against central differences, in the build
/// in double.
template <class Number>
void check_derivative(const Tensor& value, std::span<const Number> gradient,
                      const std::function<double()>& total) {
  if (!std::is_same_v<real, double>) return;
  constexpr double kStep = 1e-6;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    real& number = value.data[i];
    const real before = number;
    number = before + static_cast<real>(kStep);
    const double above = total();
    number = before - static_cast<real>(kStep);
    const double below = total();
    number = before;
    CHECK(static_cast<double>(gradient[i]) ==
          doctest::Approx((above - below) / (2 * kStep)).epsilon(1e-6).scale(0.1));
  }
}

}  // namespace espalier::test
