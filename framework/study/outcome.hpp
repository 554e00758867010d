#pragma once

#include <nlohmann/json.hpp>

#include "study/measure.hpp"
#include "study/plan.hpp"

namespace espalier {

/// One run of a contender as the store has it.
struct StudyRun {
  std::string id;
  Index seed = 1;
  std::string task;  ///< that ran alone, or ""
  std::vector<Setting> chosen;
  Store::State state = Store::State::missing;
  std::string error;               ///< of a failed run
  nlohmann::ordered_json summary;  ///< null unless done
};

/// A task of the study, and the measure in which it is compared.
struct TaskMeasure {
  std::string name;
  std::string measure;
  bool higher_is_better = true;
  bool synthetic = false;  ///< some of its test rows are drawn, not recorded
};

/// What a contender reached.
struct ContenderOutcome {
  Contender contender;
  std::vector<StudyRun> runs;
  /// Test scores, [task][seed] in the study's order; NaN where there is none.
  std::vector<std::vector<double>> scores;
  std::string given_up = {};         ///< why its search led nowhere, or ""
  bool has(std::size_t task) const;  ///< some score
};

struct StudyOutcome {
  const Study* study = nullptr;
  std::vector<TaskMeasure> tasks;
  std::vector<ContenderOutcome> contenders;

  /// The contenders that have a score of every task.
  std::vector<const ContenderOutcome*> complete() const;
  /// The contender that this one is measured against, or null.
  const ContenderOutcome* reference_of(const ContenderOutcome& contender) const;
};

/// Reads the store; trains nothing.
ESPALIER_API StudyOutcome read_outcome(const Study& study, const StudyPlan& plan,
                                       const Store& store);

/// Scores of both at the seeds at which both have one.
struct Pairs {
  std::vector<double> a, b;
};
ESPALIER_API Pairs pairs_of(const std::vector<double>& a, const std::vector<double>& b);

/// Without what is missing.
std::vector<double> present(const std::vector<double>& values);

}  // namespace espalier
