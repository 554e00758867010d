#pragma once

#include "study/report/lines.hpp"
#include "study/report/names.hpp"

namespace espalier::report {

/// One contender's learning curve on one task.
struct Curve {
  std::size_t contender = 0;  ///< colour
  std::string label;
  Series line;  ///< mean over the seeds, and their least and largest value
  std::vector<std::vector<std::optional<double>>> seeds;
};

struct TaskCurves {
  std::string title;
  std::vector<Curve> curves;
};

/// The curves of `results`, for each task in the order of `names`; tasks without any are left out.
std::vector<TaskCurves> task_curves(const Json& results, const Names& names);

/// What the page's script draws: per task a common axis of epochs and, on it, the mean, low, high
/// and seeds of each contender; at most `limit` epochs.
Json curve_json(const std::vector<TaskCurves>& tasks, std::size_t limit);

}  // namespace espalier::report
