// Fixed weights: L = sum w_t L_t with numbers the user chose. Tuned by hand or by search, the
// second baseline of any comparison (Xin et al. 2022, "Do Current Multi-Task Optimization Methods
// in Deep Learning Even Help?"). Zero is allowed: such a task is watched but moves nothing.
#include "balance/make.hpp"
#include "balance/per_task.hpp"

namespace espalier {

namespace {

class FixedWeights final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"weights that the user chose", "w_t = weights_t",
            "Xin et al. 2022, Do Current Multi-Task Optimization Methods in Deep Learning Even "
            "Help?"};
  }
  void fields(Fields& f) override {
    f.numbers({"weights", "one for each task, in the order of the experiment", true}, weights_,
              {.at_least = 0.0});
  }
  Needs needs() const override { return {}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override {
    check_count("fixed.weights", weights_, sizes.tasks);
  }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    check_count("fixed.weights", weights_, step.experiment_tasks(weights.size()));
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = weights_[step.task(i)];
  }

 private:
  std::vector<double> weights_;
};

}  // namespace

std::unique_ptr<Balancer> make_fixed() { return std::make_unique<FixedWeights>(); }

}  // namespace espalier
