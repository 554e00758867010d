#pragma once

#include <span>
#include <vector>

#include "espalier/api.hpp"

namespace espalier::stats {

/// One task: its scores and the reference's at the same seeds.
struct TaskScores {
  std::vector<double> scores, reference;
  bool higher_is_better = true;
};

/// (-1)^l (M - B) / |B|, l = 1 where lower is better; NaN where |B| is below 1e-12 or a value is
/// missing.
ESPALIER_API double relative_change(double score, double reference, bool higher_is_better);

/// Delta_m (Maninis et al., CVPR 2019) at each seed: the mean of the tasks' relative changes; NaN
/// where a task has none.
ESPALIER_API std::vector<double> delta_m(std::span<const TaskScores> tasks);

}  // namespace espalier::stats
