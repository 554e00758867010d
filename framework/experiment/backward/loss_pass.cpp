// Weights that follow from the losses: one lane, and the weights enter where heads meet the trunk.
#include "experiment/backward/pass.hpp"

namespace espalier {

namespace {

class LossPass final : public BackwardPass {
 public:
  explicit LossPass(const PassTools& tools) : ones_(tools.tasks, 1.0) {}

  PlanOptions plan_options() const override { return {.lanes = LaneMode::one}; }
  void begin(const Plan& /*plan*/, Weigher& weigher) override { weigher.begin({}); }

  void run(PlannedModel& model, TaskStep step, Weigher& weigher) override {
    weigher.weigh(step);
    model.plan->backward(ones_, weigher.trunk());
    model.plan->weigh(ones_, weigher.heads());
  }

 private:
  std::vector<double> ones_;
};

}  // namespace

std::unique_ptr<BackwardPass> make_loss_pass(const PassTools& tools) {
  return std::make_unique<LossPass>(tools);
}

}  // namespace espalier
