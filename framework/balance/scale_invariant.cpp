// Scale-invariant: L = sum log L_t, so w_t = 1 / L_t and the units of a loss do not matter. The
// baseline of that name in Navon et al. 2022, "Multi-Task Learning as a Bargaining Game".
//
// The plain logarithm; some implementations take log(1 + L), which is not invariant for small
// losses. A loss that is not positive has no logarithm: weight 1, reported.
#include "balance/make.hpp"
#include "balance/per_task.hpp"

namespace espalier {

namespace {

class ScaleInvariant final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"sum of the losses' logarithms", "L = sum log L_t,  w_t = 1 / L_t",
            "Navon et al. 2022, Multi-Task Learning as a Bargaining Game (the baseline SI)"};
  }
  Needs needs() const override { return {.losses = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const bool usable = has_log(step.losses[i]);
      weights[i] = usable ? 1.0 / step.losses[i] : 1.0;
      if (!usable) step.fell_back(kLossNotPositive);
    }
  }
};

}  // namespace

std::unique_ptr<Balancer> make_scale_invariant() { return std::make_unique<ScaleInvariant>(); }

}  // namespace espalier
