// SDMGrad (Xiao, Ban & Ji 2023, "Direction-oriented Multi-objective Learning: Simple and Provable
// Stochastic Algorithms"): MGDA pulled towards the mean gradient by lambda, its weights moved a
// little in each step by stochastic gradients that are unbiased because they come from two batches,
// A = J(2) J(3)':
//   n times:  v = v / 2 + A (w + lambda / T),  w = projection of w - rate v on the simplex
//   d = J(1)' (w + lambda / T) / (1 + lambda)
// As in the authors' code A is first divided by the square of its mean gradient length, estimated
// as s = mean of sqrt(max(A_tt, 0)), the inner steps have momentum 1/2 that starts anew in each
// step, and w stays from step to step: all of A is needed; lambda = 0.3 as in their experiments
// (0.6 in their class).
//
// Deviations: no 1e-8 beside s^2, so that gradients of any length are treated alike; where no A_tt
// is positive the mean |A_st| takes the place of s^2. In the authors' code the three gradient
// buffers are one tensor by mistake, so that A was J J' there; here the batches are independent.
#include <algorithm>
#include <cmath>

#include "balance/make.hpp"
#include "balance/simplex_state.hpp"
#include "balance/solve/simplex_projection.hpp"
#include "espalier/gram.hpp"

namespace espalier {

namespace {

constexpr double kMomentum = 0.5;

class SdmGrad final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"MGDA pulled towards the mean, weights learned from two further batches",
            "A = J(2) J(3)' / s^2,  s = mean |g_t|\n"
            "n times:  v = v / 2 + A (w + lambda / T),  w = simplex projection of w - rate v\n"
            "d = sum (w_t + lambda / T) g_t / (1 + lambda)",
            "Xiao, Ban & Ji 2023, Direction-oriented Multi-objective Learning: Simple and Provable "
            "Stochastic Algorithms"};
  }
  void fields(Fields& f) override {
    f.number({"lambda", "pull towards the mean gradient"}, lambda_, {.at_least = 0.0});
    f.number({"learning_rate", "step size of the weights"}, rate_, {.at_least = 0.0});
    f.integer({"n", "steps of the weights in each step"}, steps_,
              {.at_least = 1, .at_most = 10000});
  }
  Needs needs() const override { return {.cross_gram = true, .batches = 3}; }

  void begin(const BalanceSizes& sizes) override { state_.begin(sizes.tasks); }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    const std::size_t tasks = weights.size();
    const auto task = [&](std::size_t i) { return step.task(i); };
    state_.begin(step.experiment_tasks(tasks));
    state_.take(task, weights);
    const double share = lambda_ / static_cast<double>(tasks);
    const double scale = 1.0 / squared_length(step.cross_gram, tasks);
    velocity_.assign(tasks, 0.0);
    pulled_.resize(tasks);
    for (Index k = 0; k < steps_; ++k) {
      for (std::size_t i = 0; i < tasks; ++i) pulled_[i] = (weights[i] + share) * scale;
      for (std::size_t i = 0; i < tasks; ++i) {
        velocity_[i] = kMomentum * velocity_[i] + gram::product(step.cross_gram, i, pulled_);
        weights[i] -= rate_ * velocity_[i];
      }
      projection_.project(weights);
    }
    state_.put(task, weights);
    for (double& weight : weights) weight = (weight + share) / (1.0 + lambda_);
  }

  std::vector<double> state() const override { return state_.all(); }
  void restore(std::span<const double> state) override { state_.restore(state); }

 private:
  static double squared_length(std::span<const double> a, std::size_t tasks) {
    double length = 0.0;
    double absolute = 0.0;
    for (std::size_t i = 0; i < tasks; ++i) length += std::sqrt(std::max(0.0, a[i * tasks + i]));
    for (const double product : a) absolute += std::abs(product);
    length /= static_cast<double>(tasks);
    if (length > 0.0) return length * length;
    return absolute > 0.0 ? absolute / static_cast<double>(a.size()) : 1.0;
  }

  double lambda_ = 0.3;
  double rate_ = 10.0;
  Index steps_ = 20;
  SimplexState state_;
  solve::SimplexProjection projection_;
  std::vector<double> velocity_;
  std::vector<double> pulled_;
};

}  // namespace

std::unique_ptr<Balancer> make_sdmgrad() { return std::make_unique<SdmGrad>(); }

}  // namespace espalier
