#pragma once

#include <span>
#include <vector>

#include "espalier/api.hpp"

namespace espalier::stats {

/// Holm's step-down adjustment (1979, Scand. J. Statistics 6) of one family of p-values: the i-th
/// smallest of m becomes max over j <= i of min(1, (m - j + 1) p_j). NaN stays NaN and does not
/// count.
ESPALIER_API std::vector<double> holm(std::span<const double> p);

}  // namespace espalier::stats
