#include "study/stats/delta_m.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier::stats {

double relative_change(double score, double reference, bool higher_is_better) {
  constexpr double kZero = 1e-12;
  if (!(std::abs(reference) >= kZero)) return std::numeric_limits<double>::quiet_NaN();
  const double change = (score - reference) / std::abs(reference);
  return higher_is_better ? change : -change;
}

std::vector<double> delta_m(std::span<const TaskScores> tasks) {
  if (tasks.empty()) return {};
  std::vector<double> all(tasks[0].scores.size());
  for (std::size_t seed = 0; seed < all.size(); ++seed) {
    double sum = 0.0;
    for (const TaskScores& task : tasks) {
      sum += relative_change(task.scores[seed], task.reference[seed], task.higher_is_better);
    }
    all[seed] = sum / static_cast<double>(tasks.size());
  }
  return all;
}

}  // namespace espalier::stats
