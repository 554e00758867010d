// IMTL, both halves (Liu et al. 2021, "Towards Impartial Multi-task Learning"): learned scales
// bring every loss to 1 (IMTL-L), and the trunk moves along the direction with equal projections on
// the scaled losses' gradients (IMTL-G):
//   L = sum e^{s_t} L_t - s_t,  ds_t = e^{s_t} L_t - 1
//   a = IMTL-G of the rows e^{s_t} g_t,  w_t = a_t e^{s_t}
// The projections are on unit gradients, so the scales decide only the length of the step.
//
// The weights of a step are those before its update of s. As in imtl_l.cpp s has an Adam of its own
// (0.025) and stays within +-50; a task with a negative loss is taken with s = 0, and its s stands
// still. In the paper heads are trained on e^{s_t} L_t; here on L_t, since the conventions know no
// third weight.
#include <algorithm>
#include <cmath>

#include "balance/impartial_weights.hpp"
#include "balance/make.hpp"
#include "balance/small_adam.hpp"

namespace espalier {

namespace {

constexpr double kLimit = 50.0;

class Imtl final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"equal projections on the gradients of losses whose scales are learned",
            "L = sum e^{s_t} L_t - s_t,  ds_t = e^{s_t} L_t - 1\n"
            "a with sum a = 1 and <d, g_t> / |g_t| equal for all t,  w_t = a_t e^{s_t}\n"
            "d = sum w_t g_t",
            "Liu et al. 2021, Towards Impartial Multi-task Learning"};
  }
  void fields(Fields& f) override {
    f.number({"learning_rate", "step size of Adam on s"}, rate_, {.at_least = 0.0});
  }
  Needs needs() const override { return {.losses = true, .gram = true}; }

  void begin(const BalanceSizes& sizes) override { s_.grow(sizes.tasks, 0.0); }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    const std::size_t tasks = weights.size();
    s_.grow(step.experiment_tasks(tasks), 0.0);
    scales_.resize(tasks);
    for (std::size_t i = 0; i < tasks; ++i) {
      const std::size_t t = step.task(i);
      scales_[i] = step.losses[i] >= 0.0 ? std::exp(s_[t]) : 1.0;
      if (!(step.losses[i] >= 0.0)) {
        step.fell_back("a loss is negative: its scale is 1 and its s stands still");
        continue;
      }
      s_.step(t, scales_[i] * step.losses[i] - 1.0, rate_);
      s_[t] = std::clamp(s_[t], -kLimit, kLimit);
    }
    scaled_.assign(step.gram.begin(), step.gram.end());
    for (std::size_t i = 0; i < tasks; ++i) {
      for (std::size_t j = 0; j < tasks; ++j) scaled_[i * tasks + j] *= scales_[i] * scales_[j];
    }
    const std::string_view why = impartial_.solve(scaled_, weights);
    if (!why.empty()) step.fell_back(why);
    for (std::size_t i = 0; i < tasks; ++i) weights[i] *= scales_[i];
  }

  std::vector<double> state() const override { return s_.state(); }
  void restore(std::span<const double> state) override { s_.restore(state); }

 private:
  double rate_ = 0.025;
  SmallAdam s_;
  ImpartialWeights impartial_;
  std::vector<double> scales_;
  std::vector<double> scaled_;
};

}  // namespace

std::unique_ptr<Balancer> make_imtl() { return std::make_unique<Imtl>(); }

}  // namespace espalier
