// Auto-Lambda (Liu, James, Davison, Johns 2022, "Auto-Lambda: Disentangling Dynamic Task
// Relationships"). The weights lambda are chosen by what one training step with them does to the
// validation losses of the primary tasks:
//   theta' = theta - rate sum_t lambda_t g_t                        a virtual step, training batch
//   v      = gradient of sum over primary tasks of L_t(theta')      validation batch
//   dlambda_t = -rate <v, g_t>
//            ~ -rate (L_t(theta + e v) - L_t(theta - e v)) / (2 e), e = 0.01 / |v|, training batch
//   lambda follows Adam (0.5, 0.999 in the authors' code; 0.9, 0.999 here)
// The step itself is taken with the new lambda. Deviations: the virtual step is plain SGD, without
// the optimiser's momentum and decay; a weight is kept at zero or above, because a negative one
// would drive its loss up without bound.
#include <algorithm>
#include <cmath>

#include "balance/bilevel_vector.hpp"
#include "balance/make.hpp"
#include "balance/small_adam.hpp"

namespace espalier {

namespace {

class AutoLambda final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"weights that lower the primary tasks' validation losses after one step",
            "theta' = theta - rate sum_t lambda_t g_t\n"
            "v = gradient of the primary tasks' validation losses at theta'\n"
            "lambda_t moves by Adam against  -rate <v, g_t>",
            "Liu, James, Davison, Johns 2022, Auto-Lambda: Disentangling Dynamic Task "
            "Relationships"};
  }
  void fields(Fields& f) override {
    f.integers({"primary", "positions of the primary tasks, from 0; none: all tasks"}, primary_,
               {.at_least = 0});
    f.number({"learning_rate", "step size of Adam on lambda"}, rate_, {.at_least = 0.0});
    f.number({"start", "lambda of every task at first"}, start_, {.at_least = 0.0});
  }
  Needs needs() const override { return {.validation = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override {
    bilevel::check_tasks("auto_lambda", "primary", primary_, sizes.tasks);
    lambda_.grow(sizes.tasks, start_);
    v_.resize(sizes.parameters);
  }

  void solve(BilevelProblem& problem, const BalanceStep& /*step*/,
             std::span<double> weights) override {
    using Batch = BilevelProblem::Batch;
    const std::size_t n = weights.size();
    lambda_.grow(n, start_);
    losses_.resize(n);
    for (std::size_t t = 0; t < n; ++t) weights[t] = lambda_[t];
    problem.gradient(Batch::training, weights, losses_, v_);
    problem.move(-problem.rate(), v_);
    chosen_.assign(n, primary_.empty() ? 1.0 : 0.0);
    for (const Index t : primary_) chosen_[static_cast<std::size_t>(t)] = 1.0;
    problem.gradient(Batch::validation, chosen_, losses_, v_);
    problem.put_back();
    bilevel::slopes(problem, v_, slopes_);
    for (std::size_t t = 0; t < n; ++t) {
      lambda_.step(t, -problem.rate() * slopes_[t], rate_);
      lambda_[t] = std::max(0.0, lambda_[t]);
      weights[t] = lambda_[t];
    }
  }

  std::vector<double> state() const override { return lambda_.state(); }
  void restore(std::span<const double> state) override { lambda_.restore(state); }

 private:
  std::vector<Index> primary_;
  double rate_ = 1e-4;
  double start_ = 0.1;
  SmallAdam lambda_;
  std::vector<real> v_;
  std::vector<double> losses_, chosen_, slopes_;
};

}  // namespace

std::unique_ptr<Balancer> make_auto_lambda() { return std::make_unique<AutoLambda>(); }

}  // namespace espalier
