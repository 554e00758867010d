#pragma once

#include <cstddef>
#include <optional>

#include "espalier/api.hpp"

namespace espalier::stats {

/// Power of the two-sided paired t test at `alpha` with n pairs for an effect d_z = mean / s of the
/// differences: noncentral t with n - 1 degrees of freedom and noncentrality d_z sqrt(n).
ESPALIER_API double paired_t_power(double effect, std::size_t n, double alpha = 0.05);

/// The fewest pairs that reach `power`; nothing where `most` do not.
ESPALIER_API std::optional<std::size_t> seeds_needed(double effect, double power = 0.8,
                                                     double alpha = 0.05, std::size_t most = 1000);

}  // namespace espalier::stats
