#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "experiment/spec.hpp"
#include "experiment/task_set.hpp"

namespace espalier {

/// One data entry that some task of the run uses: the source of one stream of batches.
struct Stream {
  std::string name;
  std::string input;  ///< column that feeds the trunk
  Dataset train;
  Dataset validation;  ///< no rows where `validation: 0`
  Dataset test;
  std::vector<int> tasks;  ///< positions in the TaskSet
};

using OpenedData = std::vector<Stream>;

/// Reads every data entry that a task uses, selects, limits and splits it, and checks that the
/// tasks can learn their columns. Streams stand in the order of `data:`.
OpenedData open_data(const ExperimentSpec& spec, TaskSet& tasks);

}  // namespace espalier
