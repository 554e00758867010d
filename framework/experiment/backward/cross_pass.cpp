// Weights that follow from products of the tasks' gradients in two further batches,
// A = J(2) J(3)': these batches run in a lane for each of their losses and give A alone, no
// gradient; then the step's first batch runs down with the weights known, in one lane.
#include <algorithm>

#include "experiment/backward/pass.hpp"

namespace espalier {

namespace {

class CrossPass final : public BackwardPass {
 public:
  CrossPass(const PassTools& tools, const BalanceConventions& conventions)
      : tools_(tools),
        // scale and clip look at the direction's length, `normalise` at the rows'
        looks_(conventions.needs_gram() || conventions.normalise.ends_with("l2")),
        ones_(2 * tools.tasks, 1.0),
        gram_(looks_ ? tools.tasks * tools.tasks : 0),
        further_gram_(ones_.size() * ones_.size()),
        cross_(tools.tasks * tools.tasks) {}

  PlanOptions plan_options() const override {
    if (looks_) return {.lanes = LaneMode::per_task, .gram = true};
    return {.lanes = LaneMode::one};
  }
  std::optional<PlanOptions> further_options() const override {
    return PlanOptions{.lanes = LaneMode::per_task,
                       .gram = true,
                       .keep_formed = true,
                       .across = static_cast<int>(tools_.tasks)};
  }

  void begin(const Plan& /*plan*/, Weigher& weigher) override { weigher.begin({}); }

  void run(PlannedModel& model, TaskStep step, Weigher& weigher) override {
    Plan& plan = *model.plan;
    const std::span<const double> ones = std::span(ones_).first(tools_.tasks);
    if (tools_.further != nullptr) look(*tools_.further->plan, step);
    if (looks_) {
      plan.backward(ones, ones);
      plan.gram(gram_);
      step.gram = gram_;
    }
    weigher.weigh(step);
    if (looks_) {
      plan.weigh(weigher.trunk(), weigher.heads());
    } else {
      plan.backward(ones, weigher.trunk());
      plan.weigh(ones, weigher.heads());
    }
  }

  std::span<const double> gram() const override { return gram_; }

 private:
  // Lane batch * T + task; A is the block of batch 2 against batch 3.
  void look(Plan& further, TaskStep& step) {
    const std::size_t tasks = tools_.tasks;
    further.backward(ones_, ones_);
    further.gram(further_gram_);
    for (std::size_t s = 0; s < tasks; ++s) {
      std::copy_n(further_gram_.data() + s * 2 * tasks + tasks, tasks, cross_.data() + s * tasks);
    }
    step.cross = cross_;
  }

  const PassTools& tools_;
  bool looks_;
  std::vector<double> ones_, gram_, further_gram_, cross_;
};

}  // namespace

std::unique_ptr<BackwardPass> make_cross_pass(const PassTools& tools,
                                              const BalanceConventions& conventions) {
  return std::make_unique<CrossPass>(tools, conventions);
}

}  // namespace espalier
