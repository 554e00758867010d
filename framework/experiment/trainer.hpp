#pragma once

#include <optional>

#include "data/stream.hpp"
#include "espalier/random.hpp"
#include "experiment/checkpoint.hpp"
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
  bool epoch_finished() const { return state_.step_in_epoch == steps_per_epoch_; }
  const RunState& state() const { return state_; }
  Updater& updater() { return *updater_; }
  Plan& plan() { return *full_.plan; }
  /// Examples seen in one full step, all streams together.
  Index examples_per_step() const;
  std::uint64_t examples() const { return examples_; }

  /// One step: batch, forward, balance, backward, update. Throws RunFailure naming task and step
  /// when a loss is not finite.
  void step();
  /// Opens the next epoch. REQUIRES epoch_finished().
  void next_epoch();

  /// Running scores of the epoch under way, and the mean weight of each task in it.
  const std::vector<TaskScore>& scores() const { return scores_; }
  std::vector<double> mean_weights() const;
  /// The last step's losses and, where the balancer asked for it, Gram matrix.
  std::span<const double> losses() const { return losses_; }
  std::span<const double> gram() const { return gram_; }

  /// For checkpoints; `metrics_bytes` is the caller's.
  RunState snapshot() const;
  void restore(const RunState& state);

 private:
  PlannedModel& model_for_step();
  PlannedModel plan_geometry(const std::vector<StreamRows>& streams);
  void fill(PlannedModel& model);
  void backward(Plan& plan);
  void check_losses(const PlannedModel& model);

  const ExperimentSpec& spec_;
  const TaskSet& tasks_;
  const OpenedData& data_;
  ParameterStore& store_;
  PhaseClock& clock_;
  Needs needs_;
  std::vector<BatchOrder> orders_;
  PlannedModel full_;
  std::optional<PlannedModel> last_;  ///< geometry of the short batch that ends an epoch
  std::unique_ptr<Updater> updater_;
  RandomStream random_;
  RunState state_;
  std::vector<TaskScore> scores_;
  std::vector<double> losses_, gram_, weights_, ones_, weight_sums_;
  std::uint64_t steps_per_epoch_ = 0;
  std::uint64_t examples_ = 0;
};

}  // namespace espalier
