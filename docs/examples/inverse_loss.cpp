// A balancer of one's own: each task weighs as much as the inverse of its loss's running mean.
// Explained in docs/add-a-balancer.md.
#include <cmath>
#include <numeric>

#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// m_t = keep m_t + (1 - keep) L_t,  w_t = T m_t^-power / sum m_s^-power
class InverseLoss final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"", "m_t = keep m_t + (1 - keep) L_t\nw_t = T m_t^-power / sum m_s^-power", ""};
  }
  void fields(Fields& f) override {
    f.number({"power", "0: equal weights"}, power_, {.at_least = 0.0});
    f.number({"keep", "share of the running mean that a step keeps"}, keep_,
             {.at_least = 0.0, .at_most = 1.0});
  }
  Needs needs() const override { return {.losses = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override { means_.assign(sizes.tasks, 0.0); }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      double& mean = means_[step.task(i)];  // 0: not seen before
      mean = mean > 0.0 ? keep_ * mean + (1.0 - keep_) * step.losses[i] : step.losses[i];
      weights[i] = mean > 0.0 ? std::pow(mean, -power_) : 1.0;
      if (!(mean > 0.0)) step.fell_back("a loss is not above zero: its task has weight 1");
    }
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight *= static_cast<double>(weights.size()) / sum;
  }

  std::vector<double> state() const override { return means_; }
  void restore(std::span<const double> state) override {
    means_.assign(state.begin(), state.end());
  }

 private:
  double power_ = 1.0;
  double keep_ = 0.9;
  std::vector<double> means_;
};

}  // namespace

ESPALIER_PLUGIN(InverseLoss, "inverse_loss", "more weight where the loss is smaller");
