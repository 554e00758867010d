#include "study/stats/verdict.hpp"

#include <cmath>

namespace espalier::stats {

std::string verdict(const Estimate& difference, double adjusted_p, bool higher_is_better,
                    double level) {
  if (difference.n < 2 || std::isnan(adjusted_p)) return "cannot be judged";
  if (adjusted_p >= 1.0 - level) return "no difference shown";
  return (difference.mean > 0.0) == higher_is_better ? "better" : "worse";
}

}  // namespace espalier::stats
