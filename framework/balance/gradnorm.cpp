// GradNorm (Chen, Badrinarayanan, Lee, Rabinovich 2018, "GradNorm: Gradient Normalization for
// Adaptive Loss Balancing in Deep Multitask Networks", algorithm 1). Learned w_t, 1 at first:
//   n_t = w_t |g_t|,  r_t = (L_t / L_t(0)) / mean over tasks of the same
//   L_grad = sum |n_t - mean(n) r_t^alpha|, the second term held constant
//   dL_grad/dw_t = sign(n_t - mean(n) r_t^alpha) |g_t|
// One Adam step on w (the paper's 0.025), then w is rescaled to add up to T. The weights of a step
// are those before its update, as in the algorithm.
//
// The gradients are of the last shared layer, the paper's choice and the default of `gram`;
// `gram: all` is what some libraries do. Of w itself, not of logits under a softmax (those
// libraries' way to keep w positive): w is kept at 1e-4 or more instead, the paper says nothing.
// L_t(0) is the first loss that the task shows, or `initial`; log(classes) is the paper's advice
// for classifiers. A loss that is not positive has no training rate: its w is not updated,
// reported.
#include "balance/make.hpp"
#include "balance/per_task.hpp"
#include "balance/small_adam.hpp"

namespace espalier {

namespace {

constexpr double kSmallestWeight = 1e-4;

class GradNorm final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"learned weights that even out gradient norms, more for tasks that train slowly",
            "n_t = w_t |g_t|,  r_t = (L_t / L_t(0)) / mean of the same\n"
            "by Adam on w: dw_t = sign(n_t - mean(n) r_t^alpha) |g_t|;  then sum w = T",
            "Chen et al. 2018, GradNorm: Gradient Normalization for Adaptive Loss Balancing in "
            "Deep Multitask Networks"};
  }
  void fields(Fields& f) override {
    f.number({"alpha", "how much more a slow task gets; 0: equal norms"}, alpha_,
             {.at_least = 0.0});
    f.number({"learning_rate", "step size of Adam on the weights"}, rate_, {.at_least = 0.0});
    f.numbers({"initial", "L(0) of each task, as log(classes); none: the first losses"}, initial_,
              {.at_least = 0.0, .above = true});
  }
  Needs needs() const override { return {.losses = true, .gram = true}; }
  void conventions(BalanceConventions& c) const override {
    c.heads = "weighted";
    c.gram = "last_layer";
  }

  void begin(const BalanceSizes& sizes) override { make(sizes.tasks); }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    const std::size_t n = weights.size();
    make(step.experiment_tasks(n));
    rates_.resize(n);
    double norms = 0.0, rates = 0.0, known = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t t = step.task(i);
      weights[i] = w_[t];
      norms += w_[t] * norm(step, i, n);
      rates_[i] = 0.0;
      if (!has_log(step.losses[i])) {
        step.fell_back("a loss is not above zero: its task keeps the weight it has");
        continue;
      }
      if (first_[t] == 0.0) first_[t] = step.losses[i];
      rates_[i] = step.losses[i] / first_[t];
      rates += rates_[i];
      known += 1.0;
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (rates_[i] == 0.0) continue;
      const std::size_t t = step.task(i);
      const double target =
          norms / static_cast<double>(n) * std::pow(rates_[i] / (rates / known), alpha_);
      const double length = norm(step, i, n);
      const double off = w_[t] * length - target;
      // Adam makes a full step of any sign, so one that is rounding must not count.
      const bool met = std::abs(off) <= 1e-12 * target;
      w_.step(t, met ? 0.0 : std::copysign(length, off), rate_);
    }
    renormalise();
  }

  std::vector<double> state() const override {
    std::vector<double> all = w_.state();
    all.insert(all.end(), first_.begin(), first_.end());
    return all;
  }
  void restore(std::span<const double> all) override {
    const std::size_t tasks = all.size() / 5;
    w_.restore(all.first(4 * tasks));
    first_.assign(all.end() - static_cast<std::ptrdiff_t>(tasks), all.end());
  }

 private:
  void make(std::size_t tasks) {
    if (!initial_.empty()) check_count("gradnorm.initial", initial_, tasks);
    w_.grow(tasks, 1.0);
    if (first_.empty()) first_ = initial_;
    first_.resize(tasks, 0.0);
  }
  static double norm(const BalanceStep& step, std::size_t i, std::size_t n) {
    return std::sqrt(std::max(0.0, step.gram[i * n + i]));
  }
  void renormalise() {
    double sum = 0.0;
    for (std::size_t t = 0; t < w_.size(); ++t) {
      w_[t] = std::max(w_[t], kSmallestWeight);
      sum += w_[t];
    }
    for (std::size_t t = 0; t < w_.size(); ++t) w_[t] *= static_cast<double>(w_.size()) / sum;
  }

  double alpha_ = 1.5;
  double rate_ = 0.025;
  std::vector<double> initial_;
  SmallAdam w_;
  std::vector<double> first_;
  std::vector<double> rates_;
};

}  // namespace

std::unique_ptr<Balancer> make_gradnorm() { return std::make_unique<GradNorm>(); }

}  // namespace espalier
