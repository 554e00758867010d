// FairGrad (Ban & Ji 2024, "Fair Resource Allocation in Multi-Task Learning"): alpha-fairness of
// the tasks' decreases <g_t, d> of a step d,
//   max over |d| <= eps of sum_t <g_t, d>^(1 - alpha) / (1 - alpha)
// whose solution is d = sum w_t g_t with w > 0 and
//   G w = w^(-1/alpha)
// alpha = 1 is Nash-MTL (proportional fairness), alpha -> infinity max-min fairness. alpha = 2 as
// in most of the paper's experiments.
//
// The authors call a bounded least-squares solver; here the equation is solved to rounding
// (solve/log_newton.hpp). No solution: as in nash.cpp. Clipping at norm 1 and heads on the weighted
// losses are the authors' code; that it also multiplies w by T is left out, which clipping hides.
#include "balance/fair_weights.hpp"
#include "balance/make.hpp"

namespace espalier {

namespace {

class FairGrad final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"alpha-fair shares of the step among the tasks",
            "w > 0 with G w = w^(-1/alpha),  G = J J'\nd = sum w_t g_t",
            "Ban & Ji 2024, Fair Resource Allocation in Multi-Task Learning"};
  }
  void fields(Fields& f) override {
    f.number({"alpha", "fairness: near 0 equal weights, 1 Nash-MTL, large: the worst task decides"},
             alpha_, {.at_least = 0.1, .at_most = 20.0});
  }
  Needs needs() const override { return {.gram = true}; }
  void conventions(BalanceConventions& c) const override {
    c.clip = 1.0;
    c.heads = "weighted";
  }
  bool layerwise() const override { return true; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    if (!fair_.solve(step.gram, alpha_, weights)) step.fell_back(kNoFairPoint);
  }

 private:
  double alpha_ = 2.0;
  FairWeights fair_;
};

}  // namespace

std::unique_ptr<Balancer> make_fairgrad() { return std::make_unique<FairGrad>(); }

}  // namespace espalier
