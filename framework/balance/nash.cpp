// Nash-MTL (Navon et al. 2022, "Multi-Task Learning as a Bargaining Game"): the Nash bargaining
// solution among the tasks, whose utility is <g_t, d>: the w > 0 with
//   G w = 1/w,  d = sum w_t g_t
// d does not change with the gradients' lengths, and |d|^2 = w'Gw = T always: with the clipping at
// norm 1 of the authors' code, kept here as the convention's default, steps do not shorten near a
// stationary point, and the learning rate has to fall.
//
// The authors approach w by up to 20 conic programs from the last step's w. Here the equation,
// which has one solution, is solved to rounding by Newton's method on log w (solve/log_newton.hpp);
// no state. Where a mixture of the gradients with weights >= 0 is zero there is no solution: the
// step is damped (fair_weights.hpp) and reported. Heads are trained on the weighted losses as in
// the authors' code.
#include "balance/fair_weights.hpp"
#include "balance/make.hpp"

namespace espalier {

namespace {

class Nash final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"Nash bargaining solution among the tasks",
            "w > 0 with G w = 1/w,  G = J J'\nd = sum w_t g_t  (|d|^2 = T)",
            "Navon et al. 2022, Multi-Task Learning as a Bargaining Game"};
  }
  Needs needs() const override { return {.gram = true}; }
  void conventions(BalanceConventions& c) const override {
    c.clip = 1.0;
    c.heads = "weighted";
  }
  bool layerwise() const override { return true; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    if (!fair_.solve(step.gram, 1.0, weights)) step.fell_back(kNoFairPoint);
  }

 private:
  FairWeights fair_;
};

}  // namespace

std::unique_ptr<Balancer> make_nash() { return std::make_unique<Nash>(); }

}  // namespace espalier
