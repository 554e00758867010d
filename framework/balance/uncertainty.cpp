// Uncertainty weighting (Kendall, Gal, Cipolla 2018, "Multi-Task Learning Using Uncertainty to
// Weigh Losses for Scene Geometry and Semantics"). Each task has a learned s_t = log sigma_t^2:
//   gaussian:  L = sum 1/2 exp(-s_t) L_t + 1/2 s_t     w_t = 1/2 exp(-s_t)
//   softmax:   L = sum     exp(-s_t) L_t + 1/2 s_t     w_t =     exp(-s_t)
// In both, dL/ds_t = 1/2 - w_t L_t, and s_t rests where w_t = 1 / (2 L_t).
//
// The paper writes the first for regression and the second for classification; most
// implementations take the first for every task, and it is the default here. Both rest at the same
// weights, so what differs is the way there: softmax starts at 1 instead of 1/2.
//
// s has an Adam of its own (0.025 as in the experiments of Navon et al. 2022) instead of a place in
// the model's optimizer, whose weight decay would pull s to 0 and whose rate is made for other
// numbers. The weights of a step are those before its update of s. s is kept within +-50: a loss of
// exactly zero would otherwise drive it down forever. A negative loss has no minimum in s: its task
// has weight 1 and its s stands still.
#include <array>

#include "balance/make.hpp"
#include "balance/per_task.hpp"
#include "balance/small_adam.hpp"

namespace espalier {

namespace {

constexpr double kLimit = 50.0;

class Uncertainty final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"each loss divided by a learned variance",
            "L = sum 1/2 exp(-s_t) L_t + 1/2 s_t   (form: gaussian)\n"
            "w_t = 1/2 exp(-s_t),  ds_t = 1/2 - w_t L_t",
            "Kendall, Gal, Cipolla 2018, Multi-Task Learning Using Uncertainty to Weigh Losses for "
            "Scene Geometry and Semantics"};
  }
  void fields(Fields& f) override {
    static constexpr std::array<std::string_view, 2> kForms = {"gaussian", "softmax"};
    f.number({"learning_rate", "step size of Adam on s"}, rate_, {.at_least = 0.0});
    f.number({"start", "s of every task at first"}, start_, {.at_least = -10.0, .at_most = 10.0});
    f.word({"form",
            "the paper's term of a task, for regression (gaussian: w = exp(-s) / 2) or for "
            "classification (softmax: w = exp(-s))"},
           form_, kForms);
  }
  Needs needs() const override { return {.losses = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override { s_.grow(sizes.tasks, start_); }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    s_.grow(step.experiment_tasks(weights.size()), start_);
    const double factor = form_ == "softmax" ? 1.0 : 0.5;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::size_t t = step.task(i);
      if (!(step.losses[i] >= 0.0)) {
        weights[i] = 1.0;
        step.fell_back("a loss is negative: its task has weight 1 and its s stands still");
        continue;
      }
      weights[i] = factor * std::exp(-s_[t]);
      s_.step(t, 0.5 - weights[i] * step.losses[i], rate_);
      s_[t] = std::clamp(s_[t], -kLimit, kLimit);
    }
  }

  std::vector<double> state() const override { return s_.state(); }
  void restore(std::span<const double> state) override { s_.restore(state); }

 private:
  double rate_ = 0.025;
  double start_ = 0.0;
  std::string form_ = "gaussian";
  SmallAdam s_;
};

}  // namespace

std::unique_ptr<Balancer> make_uncertainty() { return std::make_unique<Uncertainty>(); }

}  // namespace espalier
