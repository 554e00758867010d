// The balancer my_name: more weight for a task whose loss has fallen less since the start.
#include <algorithm>
#include <cmath>

#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// m_t = keep m_t + (1 - keep) L_t,  r_t = m_t / (first L_t),  w_t = T softmax(r_t / temperature)
class MyNameBalancer final : public espalier::Balancer {
 public:
  // The options in YAML: name, meaning, variable (its value is the default), limits.
  void fields(Fields& f) override {
    f.number({"temperature", "large: nearly equal weights"}, temperature_,
             {.at_least = 0.0, .above = true});
    f.number({"keep", "share of the running mean that a step keeps"}, keep_,
             {.at_least = 0.0, .at_most = 1.0});
  }

  // What a step must bring. `gram` instead: inner products of the tasks' gradients.
  Needs needs() const override { return {.losses = true}; }

  // State for every task of the experiment; 0: not seen yet.
  void begin(const BalanceSizes& sizes) override { state_.assign(2 * sizes.tasks, 0.0); }

  // One weight for each task at hand: those with a label in the batch, so not always all.
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::size_t t = 2 * step.task(i);  // by the task's place in the experiment
      double &first = state_[t], &mean = state_[t + 1];
      if (!(first > 0.0)) first = mean = step.losses[i];
      mean = keep_ * mean + (1.0 - keep_) * step.losses[i];
      weights[i] = first > 0.0 ? mean / first : 1.0;
    }
    const double largest = *std::ranges::max_element(weights);
    double sum = 0.0;
    for (double& w : weights) sum += w = std::exp((w - largest) / temperature_);
    for (double& w : weights) w *= static_cast<double>(weights.size()) / sum;
  }

  // What the next step depends on, so that an interrupted run goes on to the same bits.
  std::vector<double> state() const override { return state_; }
  void restore(std::span<const double> state) override {
    state_.assign(state.begin(), state.end());
  }

 private:
  double temperature_ = 0.5;
  double keep_ = 0.9;
  std::vector<double> state_;  // of each task: its first loss, and the running mean
};

}  // namespace

ESPALIER_PLUGIN(MyNameBalancer, "my_name", "more weight where the loss has fallen less");
