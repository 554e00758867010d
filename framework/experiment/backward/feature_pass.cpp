// Methods at the trunk's output: the heads are differentiated first; the gradients that would enter
// the trunk are compared (their Gram matrix) or rewritten; then the trunk is differentiated once.
//
// Tasks with inputs of their own read different rows of the trunk's output, so that the gradients
// of two of them are orthogonal there by construction.
#include <algorithm>

#include "experiment/backward/pass.hpp"
#include "tensor/blas.hpp"

namespace espalier {

namespace {

class FeaturePass final : public BackwardPass {
 public:
  FeaturePass(const PassTools& tools, const Needs& needs)
      : needs_(needs), ones_(tools.tasks, 1.0), gram_(tools.tasks * tools.tasks) {}

  PlanOptions plan_options() const override { return {.lanes = LaneMode::one, .features = true}; }

  void begin(const Plan& plan, Weigher& weigher) override {
    const std::vector<Border> borders = plan.borders();
    const auto features = static_cast<std::size_t>(borders.at(0).value.shape[-1]);
    weigher.begin({.features = features});
  }

  void run(PlannedModel& model, TaskStep step, Weigher& weigher) override {
    Plan& plan = *model.plan;
    plan.backward_heads(ones_);
    const std::vector<Border> borders = plan.borders();
    if (needs_.gram) {
      look(borders);
      step.gram = gram_;
      weigher.weigh(step);
      plan.backward_trunk(weigher.trunk());
    } else {
      rewrite(model, borders, step, weigher);
      plan.backward_trunk(ones_);
    }
    plan.weigh(ones_, weigher.heads());
  }

 private:
  void look(const std::vector<Border>& borders) {
    std::ranges::fill(gram_, 0.0);
    const std::size_t tasks = ones_.size();
    for (const Border& a : borders) {
      for (const Border& b : borders) {
        if (a.stream != b.stream || b.loss < a.loss) continue;
        const double product = blas::dot(a.cotangent.size(), a.cotangent.data, b.cotangent.data);
        const auto s = static_cast<std::size_t>(a.loss), t = static_cast<std::size_t>(b.loss);
        gram_[s * tasks + t] = product;
        gram_[t * tasks + s] = product;
      }
    }
  }

  void rewrite(PlannedModel& model, const std::vector<Border>& borders, const TaskStep& step,
               Weigher& weigher) const {
    std::vector<ConstTensor> features(borders.size()), rotated(borders.size());
    std::vector<Tensor> gradients(borders.size()), rotations;
    for (const Border& b : borders) {
      const auto t = static_cast<std::size_t>(b.loss);
      features[t] = b.value;
      gradients[t] = b.cotangent;
    }
    for (const TaskVars& vars : model.tasks) {
      if (needs_.rotations == 0) break;
      rotations.push_back(vars.rotation);
      rotated[static_cast<std::size_t>(vars.task)] = model.plan->cotangent(vars.rotated);
    }
    FeatureStep given;
    given.features = features;
    given.gradients = gradients;
    given.common = std::ranges::all_of(
        borders, [&](const Border& b) { return b.stream == borders[0].stream; });
    given.rotations = rotations;
    if (needs_.rotations > 0) given.rotated_gradients = rotated;
    weigher.combine_features(step, given);
  }

  Needs needs_;
  std::vector<double> ones_, gram_;
};

}  // namespace

std::unique_ptr<BackwardPass> make_feature_pass(const PassTools& tools, const Needs& needs) {
  return std::make_unique<FeaturePass>(tools, needs);
}

}  // namespace espalier
