#include "study/stats/verdict.hpp"

#include <cmath>

namespace espalier::stats {

std::string verdict(const Estimate& difference, double adjusted_p, bool higher_is_better,
                    double level) {
  if (difference.n < 2 || std::isnan(adjusted_p)) return "cannot be judged";
  constexpr double kRounding = 1e-12;  // 1 - 0.95 is a little more than 0.05
  if (adjusted_p >= 1.0 - level - kRounding) return "no difference shown";
  return (difference.mean > 0.0) == higher_is_better ? "better" : "worse";
}

}  // namespace espalier::stats
