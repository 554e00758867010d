// Penalty-based boundary intersection (Zhang & Li 2007, "MOEA/D: A Multiobjective Evolutionary
// Algorithm Based on Decomposition"). With r = preference / |preference| and v = L - ideal:
//   d1 = <v, r>,  e = v - d1 r,  d2 = |e|,  L = d1 + theta d2     w = r + theta e / d2
// d1 is how far the losses are along the preferred ray, d2 how far off it.
//
// Weights may be negative: a task that is better than its place on the ray gives way. d2 has no
// derivative on the ray; e / d2 is taken as e / sqrt(|e|^2 + 1e-12 |v|^2), which is zero there. The
// 1e-12 of other implementations stands alone and so means something else at every scale. Over the
// tasks at hand, with r of length 1 among them.
#include "balance/make.hpp"
#include "balance/per_task.hpp"

namespace espalier {

namespace {

class BoundaryIntersection final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"distance along a preferred ray of losses, and a penalty on the distance from it",
            "r = preference / |preference|,  v = L - ideal\n"
            "d1 = <v, r>,  e = v - d1 r,  L = d1 + theta |e|\n"
            "w = r + theta e / |e|",
            "Zhang & Li 2007, MOEA/D: A Multiobjective Evolutionary Algorithm Based on "
            "Decomposition"};
  }
  void fields(Fields& f) override {
    f.number({"theta", "penalty on the distance from the ray"}, theta_, {.at_least = 0.0});
    f.numbers({"preference", "the ray, a number for each task; none: the same for all"},
              preference_, {.at_least = 0.0, .above = true});
    f.numbers({"ideal", "where the ray starts, a loss for each task; none: 0 for all"}, ideal_);
  }
  Needs needs() const override { return {.losses = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override { check(sizes.tasks); }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    const std::size_t n = weights.size();
    check(step.experiment_tasks(n));
    off_.resize(n);
    double ray = 0.0, along = 0.0, all = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t t = step.task(i);
      weights[i] = preference_.empty() ? 1.0 : preference_[t];
      off_[i] = step.losses[i] - (ideal_.empty() ? 0.0 : ideal_[t]);
      ray += weights[i] * weights[i];
      all += off_[i] * off_[i];
    }
    ray = std::sqrt(ray);
    for (std::size_t i = 0; i < n; ++i) {
      weights[i] /= ray;
      along += weights[i] * off_[i];
    }
    double apart = 1e-12 * all;
    for (std::size_t i = 0; i < n; ++i) {
      off_[i] -= along * weights[i];
      apart += off_[i] * off_[i];
    }
    if (apart == 0.0) return;  // v = 0
    for (std::size_t i = 0; i < n; ++i) weights[i] += theta_ * off_[i] / std::sqrt(apart);
  }

 private:
  void check(std::size_t tasks) const {
    if (!preference_.empty()) check_count("pbi.preference", preference_, tasks);
    if (!ideal_.empty()) check_count("pbi.ideal", ideal_, tasks);
  }

  double theta_ = 5.0;
  std::vector<double> preference_;
  std::vector<double> ideal_;
  std::vector<double> off_;
};

}  // namespace

std::unique_ptr<Balancer> make_pbi() { return std::make_unique<BoundaryIntersection>(); }

}  // namespace espalier
