// Weights that follow from inner products of the tasks' gradients: one sweep in a lane for each
// loss, the Gram matrix, the weights, and then one gradient of the weighted sum. With several
// batches in a step, each (batch, task) is a lane: lane = batch * T + task.
#include <algorithm>

#include "experiment/backward/pass.hpp"

namespace espalier {

namespace {

class GramPass final : public BackwardPass {
 public:
  GramPass(const PassTools& tools, const Needs& needs, const BalanceConventions& conventions)
      : tasks_(tools.tasks),
        lanes_(tools.tasks * static_cast<std::size_t>(needs.batches)),
        cross_wanted_(needs.cross_gram),
        keeps_(needs.gram),
        always_(conventions.needs_gram()),
        which_(conventions.gram),
        ones_(lanes_, 1.0),
        all_(lanes_ * lanes_),
        own_(tasks_ * tasks_),
        cross_(cross_wanted_ ? own_.size() : 0),
        trunk_(lanes_, 0.0),
        heads_(lanes_, 0.0) {}

  PlanOptions plan_options() const override {
    return {.lanes = LaneMode::per_task, .gram = true, .keep_formed = keeps_};
  }

  void begin(const Plan& plan, Weigher& weigher) override {
    const std::size_t blocks = plan.gram_blocks().size();
    weigher.begin({.blocks = blocks});
    if (which_ == "per_layer") seen_.resize(blocks * own_.size());
  }

  void run(PlannedModel& model, TaskStep step, Weigher& weigher) override {
    Plan& plan = *model.plan;
    plan.backward(ones_, ones_);
    formed_ = always_ || weigher.due(step.step);
    if (formed_) look(plan, step);
    weigher.weigh(step);
    if (lanes_ == tasks_) {
      plan.weigh(weigher.trunk(), weigher.heads());
    } else {  // the direction is of the first batch
      std::ranges::copy(weigher.trunk(), trunk_.begin());
      std::ranges::copy(weigher.heads(), heads_.begin());
      plan.weigh(trunk_, heads_);
    }
  }

  std::span<const double> gram() const override {
    return formed_ ? std::span<const double>(all_) : std::span<const double>();
  }

 private:
  void look(Plan& plan, TaskStep& step) {
    plan.gram(all_);
    for (std::size_t s = 0; s < tasks_; ++s) {
      for (std::size_t t = 0; t < tasks_; ++t) {
        own_[s * tasks_ + t] = all_[s * lanes_ + t];
        if (cross_wanted_) cross_[s * tasks_ + t] = all_[(tasks_ + s) * lanes_ + 2 * tasks_ + t];
      }
    }
    step.gram = own_;
    step.cross = cross_;
    if (which_ == "last_layer") step.seen = plan.gram_block(plan.gram_blocks().size() - 1);
    if (which_ != "per_layer") return;
    for (std::size_t k = 0; k * own_.size() < seen_.size(); ++k) {
      std::ranges::copy(plan.gram_block(k),
                        seen_.begin() + static_cast<std::ptrdiff_t>(k * own_.size()));
    }
    step.seen = seen_;
  }

  std::size_t tasks_, lanes_;
  bool cross_wanted_;
  bool keeps_;   // the method decides by G, which is formed in every step
  bool always_;  // scale and clip look at every step
  std::string which_;
  std::vector<double> ones_, all_, own_, cross_, seen_, trunk_, heads_;
  bool formed_ = false;
};

}  // namespace

std::unique_ptr<BackwardPass> make_gram_pass(const PassTools& tools, const Needs& needs,
                                             const BalanceConventions& conventions) {
  return std::make_unique<GramPass>(tools, needs, conventions);
}

}  // namespace espalier
