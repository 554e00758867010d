#pragma once

#include <span>

#include "espalier/api.hpp"

namespace espalier::stats {

/// Two-sided p of Wilcoxon's signed-rank test (1945) on differences; zeros are dropped, ties have
/// their mean rank. Exact, by counting all signs, for up to 50 differences without ties or zeros
/// and up to 13 with them; beyond that the normal approximation with tie correction and without
/// continuity correction (the rules of scipy.stats.wilcoxon). 1 where all are zero, NaN where there
/// are none.
ESPALIER_API double wilcoxon_p(std::span<const double> differences);

}  // namespace espalier::stats
