#pragma once

#include <memory>
#include <string>
#include <vector>

#include "autograd/plan.hpp"
#include "experiment/opened_data.hpp"
#include "experiment/spec.hpp"
#include "experiment/task_set.hpp"
#include "nn/parameter_store.hpp"
#include "sharing/trunk_recorder.hpp"

namespace espalier {

/// The values of one task on a plan's tape.
struct TaskVars {
  int task = 0;  ///< position in the TaskSet; of the b-th batch of a step, b * tasks more
  Var target;
  Var prediction;
  Var rotated;      ///< with ModelOptions::rotations: what the head reads
  Tensor rotation;  ///< and the matrix (M, M) that makes it
};

/// A planned model for one batch geometry.
struct PlannedModel {
  std::unique_ptr<Plan> plan;
  Var input;
  std::vector<StreamRows> streams;
  std::vector<TaskVars> tasks;
};

struct ModelOptions {
  bool training = false;
  Index rotations = 0;  ///< see Needs::rotations
  PlanOptions plan = {};
  TrunkOptions trunk = {};
};

/// A model as it was recorded, without a plan.
struct RecordedModel {
  Tape tape;
  Var input;
  std::vector<TaskVars> tasks;
};

/// Records the experiment's model over `streams` as `plan_model` does.
ESPALIER_API RecordedModel record_model(const ExperimentSpec& spec, const TaskSet& tasks,
                                        const OpenedData& data, ParameterStore& store,
                                        const std::vector<StreamRows>& streams,
                                        const ModelOptions& options);

/// Records and plans the experiment's model over `streams`, with the tasks that label them. Stream
/// number b * data.size() + s is the b-th batch of stream s in one step. Parameters are made in
/// `store` on first use and found again later. Throws ShapeError with the place in the YAML.
ESPALIER_API PlannedModel plan_model(const ExperimentSpec& spec, const TaskSet& tasks,
                                     const OpenedData& data, ParameterStore& store,
                                     const std::vector<StreamRows>& streams,
                                     const ModelOptions& options);

/// Copies rows of stream number `stream` (from its train, validation or test `part`) into the
/// plan's inputs and targets. Of the train part, a task with a limit sees the labels of its first
/// rows only: the others' are missing (-1, NaN).
ESPALIER_API void fill_stream(const PlannedModel& model, const TaskSet& tasks,
                              const OpenedData& data, int stream, const Dataset& part,
                              std::span<const Index> rows);

/// The target of one task's batch as metrics want it.
ESPALIER_API Target batch_target(const PlannedModel& model, const TaskVars& task);

/// Labelled elements of a target: what a mean loss is a mean over.
ESPALIER_API double labelled(const Target& target);

}  // namespace espalier
