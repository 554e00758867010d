// IMTL-L, impartial losses (Liu et al. 2021, "Towards Impartial Multi-task Learning", the loss half
// of IMTL). Each task has a learned s_t:
//   L = sum exp(s_t) L_t - s_t     w_t = exp(s_t)     dL/ds_t = exp(s_t) L_t - 1
// s_t rests where w_t L_t = 1: every scaled loss is 1.
//
// The paper trains s with the model's optimizer. Here it has an Adam of its own (0.025), as Kurin
// et al. 2022 do it, because a rate and a weight decay made for the model's parameters would decide
// how far the scales get. The weights of a step are those before its update of s. s is kept within
// +-50, where a loss of exactly zero would take it to infinity; a negative loss has no minimum in
// s: its task has weight 1 and its s stands still.
#include "balance/make.hpp"
#include "balance/per_task.hpp"
#include "balance/small_adam.hpp"

namespace espalier {

namespace {

constexpr double kLimit = 50.0;

class ImtlL final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"learned scales that bring every loss to 1",
            "L = sum exp(s_t) L_t - s_t\n"
            "w_t = exp(s_t),  ds_t = w_t L_t - 1",
            "Liu et al. 2021, Towards Impartial Multi-task Learning"};
  }
  void fields(Fields& f) override {
    f.number({"learning_rate", "step size of Adam on s"}, rate_, {.at_least = 0.0});
  }
  Needs needs() const override { return {.losses = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override { s_.grow(sizes.tasks, 0.0); }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    s_.grow(step.experiment_tasks(weights.size()), 0.0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::size_t t = step.task(i);
      if (!(step.losses[i] >= 0.0)) {
        weights[i] = 1.0;
        step.fell_back("a loss is negative: its task has weight 1 and its s stands still");
        continue;
      }
      weights[i] = std::exp(s_[t]);
      s_.step(t, weights[i] * step.losses[i] - 1.0, rate_);
      s_[t] = std::clamp(s_[t], -kLimit, kLimit);
    }
  }

  std::vector<double> state() const override { return s_.state(); }
  void restore(std::span<const double> state) override { s_.restore(state); }

 private:
  double rate_ = 0.025;
  SmallAdam s_;
};

}  // namespace

std::unique_ptr<Balancer> make_imtl_l() { return std::make_unique<ImtlL>(); }

}  // namespace espalier
