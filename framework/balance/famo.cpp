// FAMO (Liu, Feng, Stone, Liu 2023, "FAMO: Fast Adaptive Multitask Optimization"). Learned logits
// xi, zero at first, and D_t = L_t - min_t + 1e-8:
//   z = softmax(xi),  c = 1 / sum(z_t / D_t),  w_t = c z_t / D_t        (sum w = 1)
// After the update, on the same batch: delta_t = log D_t - log D_t(new), and one Adam step on xi
// with the gradient  z_t (delta_t - sum z_k delta_k) + gamma xi_t:  the logit of a task whose loss
// fell faster than the average falls.
//
// gamma = 0.001: the authors' value in most of their benchmarks and the usual one of libraries (the
// authors' class has 1e-5, their toy problem 0). The authors also clip the trunk's gradient to norm
// 1; that is `clip: 1`, no part of the method. Their toy script takes the next step's losses
// instead of a second forward pass; here it is always the same batch. z and the gradient are over
// the tasks at hand. A loss below min_losses has no logarithm: weight 1, and its logit stands
// still.
#include "balance/make.hpp"
#include "balance/per_task.hpp"
#include "balance/small_adam.hpp"

namespace espalier {

namespace {

constexpr double kOffset = 1e-8;

class Famo final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"equal relative progress, learned from one more forward pass",
            "D_t = L_t - min_t,  z = softmax(xi)\n"
            "w_t = c z_t / D_t,  c = 1 / sum(z_t / D_t)\n"
            "after the update, by Adam on xi: delta_t = log D_t - log D_t(new),\n"
            "  dxi_t = z_t (delta_t - sum z_k delta_k) + gamma xi_t",
            "Liu, Feng, Stone, Liu 2023, FAMO: Fast Adaptive Multitask Optimization"};
  }
  void fields(Fields& f) override {
    f.number({"gamma", "decay of the logits"}, gamma_, {.at_least = 0.0});
    f.number({"learning_rate", "step size of Adam on the logits"}, rate_, {.at_least = 0.0});
    f.numbers({"min_losses",
               "for each task a number below any loss it will show; none: 0 for every task"},
              minima_);
  }
  Needs needs() const override { return {.losses = true, .losses_after_update = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override { make(sizes.tasks); }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    make(step.experiment_tasks(weights.size()));
    used_.clear();
    shares_.clear();
    before_.clear();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double distance = distance_of(step, i);
      weights[i] = 1.0;
      if (!has_log(distance)) {
        step.fell_back("a loss is below its min_losses: its task has weight 1 in this step");
        continue;
      }
      used_.push_back(i);
      shares_.push_back(logits_[step.task(i)]);
      before_.push_back(distance);
    }
    softmax(shares_);
    double sum = 0.0;
    for (std::size_t k = 0; k < used_.size(); ++k) sum += shares_[k] / before_[k];
    for (std::size_t k = 0; k < used_.size(); ++k) {
      weights[used_[k]] = shares_[k] / before_[k] / sum;
    }
    at_hand_ = weights.size();
  }

  void after_update(const BalanceStep& step) override {
    // Weights that hold for several steps (`every`) are judged by the step that made them.
    if (used_.empty() || step.losses.size() != at_hand_) return;
    double mean = 0.0;
    for (std::size_t k = 0; k < used_.size(); ++k) {
      const double after = distance_of(step, used_[k]);
      // before_ becomes delta; a loss without logarithm counts as one that did not move
      before_[k] = has_log(after) ? std::log(before_[k]) - std::log(after) : 0.0;
      mean += shares_[k] * before_[k];
    }
    for (std::size_t k = 0; k < used_.size(); ++k) {
      const std::size_t t = step.task(used_[k]);
      logits_.step(t, shares_[k] * (before_[k] - mean) + gamma_ * logits_[t], rate_);
    }
    used_.clear();
  }

  std::vector<double> state() const override { return logits_.state(); }
  void restore(std::span<const double> state) override {
    logits_.restore(state);
    used_.clear();
  }

 private:
  void make(std::size_t tasks) {
    if (!minima_.empty()) check_count("famo.min_losses", minima_, tasks);
    logits_.grow(tasks, 0.0);
  }
  double distance_of(const BalanceStep& step, std::size_t i) const {
    return step.losses[i] - (minima_.empty() ? 0.0 : minima_[step.task(i)]) + kOffset;
  }

  double gamma_ = 1e-3;
  double rate_ = 0.025;
  std::vector<double> minima_;
  SmallAdam logits_;
  // Of this step, until after_update: tasks with a logarithm, their z, their D.
  std::vector<std::size_t> used_;
  std::vector<double> shares_;
  std::vector<double> before_;
  std::size_t at_hand_ = 0;
};

}  // namespace

std::unique_ptr<Balancer> make_famo() { return std::make_unique<Famo>(); }

}  // namespace espalier
