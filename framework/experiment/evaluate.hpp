#pragma once

#include <functional>
#include <limits>
#include <map>

#include "experiment/scores.hpp"

namespace espalier {

/// Forward-only plans, made when first needed and kept: one for each (stream, rows).
class ESPALIER_API Evaluator {
 public:
  Evaluator(const ExperimentSpec& spec, const TaskSet& tasks, const OpenedData& data,
            ParameterStore& store)
      : spec_(spec), tasks_(tasks), data_(data), store_(store) {}

  static constexpr Index kAllBatches = std::numeric_limits<Index>::max();
  enum class Split : std::uint8_t { validation, test };
  /// Scores of all tasks over every row of the split (or over its first batches); tasks without
  /// such rows keep empty scores.
  std::vector<TaskScore> evaluate(Split split, Index most_batches = kAllBatches);

  /// Called after each batch was run forward, with the number of its first row.
  using Visit = std::function<void(const PlannedModel& model, Index first)>;
  /// Runs every row of the split, data set after data set.
  void visit(Split split, const Visit& visit);

  /// Plans (without running) the batch shapes that `evaluate` will need, so that a shape error or a
  /// lack of memory shows before training.
  void prepare();

 private:
  PlannedModel& plan_for(int stream, Index rows);
  void run_stream(int stream, const Dataset& part, Index most, const Visit& visit);
  const Dataset& part_of(std::size_t stream, Split split) const;

  const ExperimentSpec& spec_;
  const TaskSet& tasks_;
  const OpenedData& data_;
  ParameterStore& store_;
  std::map<std::pair<int, Index>, PlannedModel> plans_;
};

}  // namespace espalier
