// Weights that follow from inner products of the tasks' gradients: one sweep in a lane for each
// loss, the Gram matrix, the weights, and then one gradient of the weighted sum.
#include <algorithm>

#include "experiment/backward/pass.hpp"

namespace espalier {

namespace {

class GramPass final : public BackwardPass {
 public:
  GramPass(const PassTools& tools, const Needs& needs, const BalanceConventions& conventions)
      : keeps_(needs.gram),
        always_(conventions.needs_gram()),
        which_(conventions.gram),
        ones_(tools.tasks, 1.0),
        gram_(tools.tasks * tools.tasks) {}

  PlanOptions plan_options() const override {
    return {.lanes = LaneMode::per_task, .gram = true, .keep_formed = keeps_};
  }

  void begin(const Plan& plan, Weigher& weigher) override {
    const std::size_t blocks = plan.gram_blocks().size();
    weigher.begin({.blocks = blocks});
    if (which_ == "per_layer") seen_.resize(blocks * gram_.size());
  }

  void run(PlannedModel& model, TaskStep step, Weigher& weigher) override {
    Plan& plan = *model.plan;
    plan.backward(ones_, ones_);
    formed_ = always_ || weigher.due(step.step);
    if (formed_) look(plan, step);
    weigher.weigh(step);
    plan.weigh(weigher.trunk(), weigher.heads());
  }

  std::span<const double> gram() const override {
    return formed_ ? std::span<const double>(gram_) : std::span<const double>();
  }

 private:
  void look(Plan& plan, TaskStep& step) {
    plan.gram(gram_);
    step.gram = gram_;
    if (which_ == "last_layer") step.seen = plan.gram_block(plan.gram_blocks().size() - 1);
    if (which_ != "per_layer") return;
    for (std::size_t k = 0; k * gram_.size() < seen_.size(); ++k) {
      std::ranges::copy(plan.gram_block(k),
                        seen_.begin() + static_cast<std::ptrdiff_t>(k * gram_.size()));
    }
    step.seen = seen_;
  }

  bool keeps_;   // the method decides by G, which is formed in every step
  bool always_;  // scale and clip look at every step
  std::string which_;
  std::vector<double> ones_, gram_, seen_;
  bool formed_ = false;
};

}  // namespace

std::unique_ptr<BackwardPass> make_gram_pass(const PassTools& tools, const Needs& needs,
                                             const BalanceConventions& conventions) {
  return std::make_unique<GramPass>(tools, needs, conventions);
}

}  // namespace espalier
