#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "balance/weigher.hpp"
#include "espalier/bilevel.hpp"
#include "experiment/model.hpp"

namespace espalier {

/// What a pass may ask of the trainer besides the planned model.
struct PassTools {
  std::size_t tasks = 0;
  /// Fills the model's inputs with the step's training batch, or with its validation batch.
  std::function<void(PlannedModel&, BilevelProblem::Batch)> fill = {};
  double rate = 0.0;  ///< learning rate of the step under way, for virtual steps
  /// The models of the step's further batches (2, 3), as `further_options` wanted them; none where
  /// the method has no use for them in this step.
  std::span<PlannedModel> further = {};
  /// Fills such a model with its batches and runs it forward.
  std::function<void(PlannedModel&)> run_up = {};
};

/// The way from a step's losses to gradients that an optimiser may ask for: what is differentiated,
/// in how many lanes, and when the weigher is asked. One file for each kind of need.
class BackwardPass {
 public:
  virtual ~BackwardPass() = default;
  /// Of the plan that `run` is given.
  virtual PlanOptions plan_options() const = 0;
  /// Of the plans of the step's further batches, where the method draws some, beside this plan for
  /// `run`: one plan over all of them, or one for each. Streams and losses are numbered batch by
  /// batch from the second on: batch * number of streams or tasks. Of the plan only the tape is
  /// looked at.
  virtual std::vector<PlanOptions> further_options(const Plan& /*plan*/) { return {}; }
  /// Called once with such plans, which stay where they are: what the first step with them would
  /// have to prepare.
  virtual void pair(std::span<PlannedModel> /*further*/) const {}
  /// Whether `look_ahead` looks at the further batches: the step's own plan then takes turns with
  /// theirs (Turns), as the first one that is planned.
  virtual bool looks_ahead() const { return false; }
  /// Why the pass takes a longer way than its method has to, on this model; "" where it does not.
  virtual std::string note() const { return ""; }
  /// Called once with a plan of the full batch: makes memory, and sizes the weigher.
  virtual void begin(const Plan& plan, Weigher& weigher) = 0;
  /// Before the forward pass: the model's inputs are there, and so is what `step` says but for the
  /// losses, which are those of the step before.
  virtual void look_ahead(const TaskStep& /*step*/, Weigher& /*weigher*/) {}
  /// After the forward pass. `step.gram`, `seen`, `cross` and `product` are the pass's.
  virtual void run(PlannedModel& model, TaskStep step, Weigher& weigher) = 0;
  /// The Gram matrix of the last `run`, `lanes` x `lanes`; empty where none was formed.
  virtual std::span<const double> gram() const { return {}; }
};

std::unique_ptr<BackwardPass> make_loss_pass(const PassTools& tools);
std::unique_ptr<BackwardPass> make_gram_pass(const PassTools& tools, const Needs& needs,
                                             const BalanceConventions& conventions);
/// `tools` must outlive the pass: `further` changes from step to step.
std::unique_ptr<BackwardPass> make_cross_pass(const PassTools& tools, const Needs& needs,
                                              const BalanceConventions& conventions);
std::unique_ptr<BackwardPass> make_feature_pass(const PassTools& tools, const Needs& needs);
std::unique_ptr<BackwardPass> make_jacobian_pass(const PassTools& tools);
/// `tools` must outlive the pass, as above: `rate` does.
std::unique_ptr<BackwardPass> make_bilevel_pass(const PassTools& tools);

/// The pass that serves a method under its conventions. `tools` must outlive it.
ESPALIER_API std::unique_ptr<BackwardPass> make_pass(const PassTools& tools, const Needs& needs,
                                                     const BalanceConventions& conventions);

}  // namespace espalier
