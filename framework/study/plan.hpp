#pragma once

#include "study/contender.hpp"
#include "study/store.hpp"

namespace espalier {

/// One run of a study.
struct PlannedRun {
  std::string id;    ///< run_identity: its folder in the store
  std::string spec;  ///< the resolved experiment
  std::size_t contender = 0;
  std::string task;  ///< the task that runs alone, or ""
  Index seed = 1;
  std::string trial;            ///< label of a searched point; "" for a run that is compared
  std::vector<Setting> chosen;  ///< what the search chose for it
};

/// All runs of a study that are known by now: where options are searched, those that are compared
/// stand here once every trial of their contender is done.
struct StudyPlan {
  std::vector<Contender> contenders;
  std::vector<std::string> tasks;  ///< of the experiment
  std::vector<PlannedRun> runs;
  std::size_t undecided = 0;  ///< runs that wait for a search
  /// Contender and reason, where every trial of a search has failed: it is not run.
  std::vector<std::pair<std::size_t, std::string>> given_up;
};

/// Resolves every run: reads the experiment, loads plugins, reads data files for their digests.
/// Throws BadInput.
ESPALIER_API StudyPlan plan_study(const Study& study, const Store& store,
                                  const std::vector<std::string>& plugin_folders);

}  // namespace espalier
