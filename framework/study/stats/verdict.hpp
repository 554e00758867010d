#pragma once

#include <string>

#include "study/stats/estimate.hpp"

namespace espalier::stats {

/// "better", "worse", "no difference shown", or "cannot be judged" (fewer than two pairs, no
/// spread). A difference is shown where its adjusted p is below 1 - level.
ESPALIER_API std::string verdict(const Estimate& difference, double adjusted_p,
                                 bool higher_is_better, double level = 0.95);

}  // namespace espalier::stats
