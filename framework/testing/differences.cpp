#include "testing/differences.hpp"

#include <algorithm>
#include <cmath>

namespace espalier::testing {

std::optional<Mismatch> compare_with_differences(const Tensor& value,
                                                 std::span<const real> gradient,
                                                 const std::function<double()>& total) {
  // The error of the quotient is h^2 f''' / 6 + rounding / h: about 1e-10 of the size of f.
  constexpr double kStep = 1e-6, kTolerance = 1e-6;
  const Index apart = std::max<Index>(1, value.size() / 200);
  for (Index i = 0; i < value.size(); i += apart) {
    real& number = value.data[i];
    const real before = number;
    number = before + static_cast<real>(kStep);
    const double above = total();
    number = before - static_cast<real>(kStep);
    const double below = total();
    number = before;
    const Mismatch found{i, (above - below) / (2 * kStep),
                         static_cast<double>(gradient[static_cast<std::size_t>(i)])};
    const double size = 0.1 + std::abs(found.difference);
    if (!(std::abs(found.difference - found.gradient) <= kTolerance * size)) return found;
  }
  return std::nullopt;
}

}  // namespace espalier::testing
