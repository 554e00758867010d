// Methods that look at gradients element by element: one sweep in a lane for each loss, then each
// task's gradient is formed as a row of J (T, P), and the method's direction (P) takes the place of
// the trunk's gradient.
#include "core/arena.hpp"
#include "experiment/backward/pass.hpp"

namespace espalier {

namespace {

class JacobianPass final : public BackwardPass {
 public:
  explicit JacobianPass(const PassTools& tools) : tasks_(tools.tasks), ones_(tools.tasks, 1.0) {}

  PlanOptions plan_options() const override { return {.lanes = LaneMode::per_task}; }

  void begin(const Plan& plan, Weigher& weigher) override {
    numbers_ = plan.shared_numbers();
    memory_ = Arena((tasks_ + 1) * numbers_ * sizeof(real));
    weigher.begin({.parameters = numbers_});
  }

  void run(PlannedModel& model, TaskStep step, Weigher& weigher) override {
    Plan& plan = *model.plan;
    real* const rows = reinterpret_cast<real*>(memory_.data());
    const std::span<real> direction(rows + tasks_ * numbers_, numbers_);
    plan.backward(ones_, ones_);
    plan.jacobian(rows, numbers_);
    const Shape shape{static_cast<Index>(tasks_), static_cast<Index>(numbers_)};
    weigher.combine(step, {rows, shape}, direction);
    plan.direct(direction, weigher.heads());
  }

 private:
  std::size_t tasks_;
  std::size_t numbers_ = 0;
  std::vector<double> ones_;
  Arena memory_;
};

}  // namespace

std::unique_ptr<BackwardPass> make_jacobian_pass(const PassTools& tools) {
  return std::make_unique<JacobianPass>(tools);
}

}  // namespace espalier
