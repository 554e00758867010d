#pragma once

#include <string>

#include "experiment/summary.hpp"

namespace espalier {

/// One line of metrics.jsonl for a finished epoch: scores, mean weights, and how the tasks'
/// gradients stood to each other where that is known.
std::string epoch_record(const Prepared& run, const Results& results);
/// One line for a step (train.log_every): losses and weights.
std::string step_record(const Prepared& run);

}  // namespace espalier
