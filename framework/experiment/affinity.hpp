#pragma once

#include <string>
#include <vector>

#include "experiment/prepared.hpp"

namespace espalier {

struct AffinityRequest {
  RunRequest experiment;
  bool pairs = false;    ///< HOA: train every pair; else TAG: look ahead in one joint run
  Index every = 10;      ///< TAG: steps between two looks
  std::size_t most = 2;  ///< groups that the budget allows
};

struct AffinityAnswer {
  std::vector<std::string> tasks;
  std::vector<double> affinity;  ///< [i * T + j]: what task i gives to task j
  std::vector<double> counts;    ///< [i * T + j]: measurements behind it; 0: none, affinity 0
  double looks = 0.0;            ///< TAG: how many steps were looked at
  std::vector<std::vector<std::size_t>> groups;
  std::string sharing;  ///< the experiment's strategy with its options and these groups, as YAML
};

/// Which tasks help which.
///   TAG (Fifty et al., NeurIPS 2021, "Efficiently Identifying Task Groupings for Multi-Task
///   Learning"): while all tasks train together, Z_ij = 1 - L_j(theta - rate g_i) / L_j(theta),
///   theta the shared parameters, on the step's own batch; the mean over the looks in which both
///   tasks had a label (and task j a loss to compare with). Penalties are no task's: g_i is of L_i
///   alone.
///
///   HOA (Standley et al., ICML 2020, "Which Tasks Should Be Learned Together in Multi-task
///   Learning?"): i gives j the relative fall of j's loss when both are trained together against j
///   alone, on validation data; a larger group is predicted from its pairs.
///
/// Groups are a partition (the papers allow a task in several networks). Writes nothing. Throws
/// BadInput, RunFailure.
ESPALIER_API AffinityAnswer measure_affinity(const AffinityRequest& request);

}  // namespace espalier
