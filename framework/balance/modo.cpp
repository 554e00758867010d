// MoDo (Chen, Fernando, Ying & Chen 2023, "Three-Way Trade-Off in Multi-Objective Learning:
// Optimization, Generalization and Conflict-Avoidance", algorithm 1): one stochastic gradient step
// in each step on MGDA's problem, min over the simplex of |J'w|^2 / 2 + rho |w|^2 / 2, unbiased
// because its two factors come from two batches, A = J(2) J(3)', of which A w alone is needed:
//   w = projection of w - gamma (A w + rho w) on the simplex
//   d = J(1)' w, of a third batch
// The paper moves the trunk with the weights before their update or after it, by the indexing; here
// after it, as implementations do. gamma is not relative: what it does depends on the gradients'
// lengths. gamma = rho = 0.1; published code ranges from 0.001 to 0.1.
#include <algorithm>

#include "balance/make.hpp"
#include "balance/simplex_state.hpp"
#include "balance/solve/simplex_projection.hpp"

namespace espalier {

namespace {

class MoDo final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"MGDA's weights learned a step at a time from two further batches",
            "w = simplex projection of w - gamma (A w + rho w),  A = J(2) J(3)'\nd = sum w_t g_t",
            "Chen, Fernando, Ying & Chen 2023, Three-Way Trade-Off in Multi-Objective Learning: "
            "Optimization, Generalization and Conflict-Avoidance"};
  }
  void fields(Fields& f) override {
    f.number({"gamma", "step size of the weights"}, gamma_, {.at_least = 0.0});
    f.number({"rho", "pull of the weights towards equal ones"}, rho_, {.at_least = 0.0});
  }
  Needs needs() const override { return {.cross_product = true, .batches = 3}; }

  void begin(const BalanceSizes& sizes) override { state_.begin(sizes.tasks); }

  void probe(const BalanceStep& step, std::span<double> weights) override {
    state_.begin(step.experiment_tasks(weights.size()));
    state_.take([&](std::size_t i) { return step.task(i); }, weights);
  }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    const auto task = [&](std::size_t i) { return step.task(i); };
    probe(step, weights);
    moved_.resize(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double slope = step.cross_product[i] + rho_ * weights[i];
      moved_[i] = weights[i] - gamma_ * slope;
    }
    projection_.project(moved_);
    std::ranges::copy(moved_, weights.begin());
    state_.put(task, weights);
  }

  std::vector<double> state() const override { return state_.all(); }
  void restore(std::span<const double> state) override { state_.restore(state); }

 private:
  double gamma_ = 0.1;
  double rho_ = 0.1;
  SimplexState state_;
  solve::SimplexProjection projection_;
  std::vector<double> moved_;
};

}  // namespace

std::unique_ptr<Balancer> make_modo() { return std::make_unique<MoDo>(); }

}  // namespace espalier
