#pragma once

#include <optional>

#include "balance/gradient_record.hpp"
#include "data/stream.hpp"
#include "experiment/backward/pass.hpp"
#include "experiment/checkpoint.hpp"
#include "experiment/epoch_plan.hpp"
#include "experiment/evaluate.hpp"
#include "experiment/phase_clock.hpp"

namespace espalier {

/// The training loop of one run, step by step. Owns the plans and the optimiser state; knows no
/// balancer, optimiser or sharing strategy by name.
class ESPALIER_API Trainer {
 public:
  /// Records and plans the model (all parameters exist afterwards). Throws BadInput.
  Trainer(const ExperimentSpec& spec, const TaskSet& tasks, const OpenedData& data,
          ParameterStore& store, PhaseClock& clock);

  std::uint64_t steps_per_epoch() const { return steps_per_epoch_; }
  /// Of the whole run, unless `train.seconds` ends it before.
  std::uint64_t total_steps() const;
  /// Whether the run's last step was taken.
  bool finished() const;
  bool epoch_finished() const { return state_.step_in_epoch == steps_per_epoch_; }
  const RunState& state() const { return state_; }
  Updater& updater() { return *updater_; }
  Plan& plan() { return *full_.main.plan; }
  /// Examples seen in one full step, all streams together.
  Index examples_per_step() const;
  std::uint64_t examples() const { return examples_; }
  /// Planned memory of a full step.
  std::size_t planned_bytes() const;

  /// One step: batch, forward, balance, backward, update. Throws RunFailure naming task and step
  /// when a loss is not finite.
  void step();
  /// A further model of full batches over the step's first batch, for whoever looks on: the same
  /// as the step's own, rotations and schedules included.
  PlannedModel plan_more(const PlanOptions& options);
  /// Runs the coming step's batch through such a model: losses can be read, a backward pass can
  /// follow. Nothing of the run changes.
  void look(PlannedModel& model);
  /// Learning rate of the coming step (of the first group of parameters).
  double rate() const;
  /// Opens the next epoch. REQUIRES epoch_finished().
  void next_epoch();

  /// Running scores of the epoch under way, and the mean weight of each task in it (NaN where the
  /// method has none).
  const std::vector<TaskScore>& scores() const { return scores_; }
  std::vector<double> mean_weights() const;
  /// The last step's losses and weights.
  std::span<const double> losses() const { return losses_; }
  std::span<const double> weights() const { return weigher_.weights(); }
  /// See BackwardPass::note.
  std::string balance_note() const { return pass_->note(); }
  const BalanceReport& report() const { return weigher_.report(); }
  /// Gradients of the epoch under way, and the layers that its parts beyond the first stand for.
  const GradientRecord& record() const { return record_; }
  std::vector<std::string> recorded_layers() const;
  /// The method's own tensors, for checkpoints.
  ExtraTensors balancer_tensors() const;

  /// For checkpoints; `metrics_bytes` is the caller's.
  RunState snapshot() const;
  void restore(const RunState& state);

 private:
  /// The plans of one batch geometry.
  struct Geometry {
    PlannedModel main;                    ///< what the method needs
    std::vector<PlannedModel> further;    ///< the step's batches after the first
    std::optional<PlannedModel> light;    ///< one lane, for steps between two solutions
    std::optional<PlannedModel> watched;  ///< lanes and Gram, for diagnostics alone
  };

  Geometry plan_geometry(const std::vector<Index>& rows);
  PlannedModel plan_batches(const std::vector<StreamRows>& streams, const PlanOptions& options);
  Geometry& geometry_of_step();
  void fill(PlannedModel& model, BilevelProblem::Batch batch);
  void read_losses(PlannedModel& model);
  void take_scores(PlannedModel& model);
  void read_present(const PlannedModel& model);
  void run_up(PlannedModel& model);
  void watch(PlannedModel& model);
  void record(const Plan& plan, std::span<const double> gram);
  TaskStep task_step() const;
  double schedule_factor() const;

  const ExperimentSpec& spec_;
  const TaskSet& tasks_;
  const OpenedData& data_;
  ParameterStore& store_;
  PhaseClock& clock_;
  Needs needs_;
  std::vector<std::string> names_;
  Weigher weigher_;
  PassTools tools_;
  std::unique_ptr<BackwardPass> pass_, light_pass_;
  std::vector<BatchOrder> orders_, validation_orders_;
  Geometry full_;
  std::optional<Geometry> last_;  ///< of the short batch that ends an epoch
  std::unique_ptr<Updater> updater_;
  RunState state_;
  std::vector<TaskScore> scores_;
  GradientRecord record_;
  std::vector<double> losses_, watched_gram_, ones_, weight_sums_;
  std::vector<char> present_;
  std::uint64_t steps_per_epoch_ = 0;
  std::uint64_t examples_ = 0;
};

}  // namespace espalier
