// Geometric loss strategy (Chennupati et al. 2019, "MultiNet++: Multi-Stream Feature Aggregation
// and Geometric Loss Strategy for Multi-Task Learning"):
//   L = (prod L_t)^(1/n)     w_t = L / (n L_t)
// over the n tasks at hand, through the mean of the logarithms: the product itself leaves the range
// of numbers. (Some implementations report L_t / (n prod L) as the weights; these are the
// derivatives.) A loss that is not positive has no logarithm: its task has weight 1, and the mean
// is over the others.
#include "balance/make.hpp"
#include "balance/per_task.hpp"

namespace espalier {

namespace {

class GeometricMean final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"geometric mean of the losses",
            "L = (prod L_t)^(1/T)\n"
            "w_t = L / (T L_t)",
            "Chennupati et al. 2019, MultiNet++: Multi-Stream Feature Aggregation and Geometric "
            "Loss Strategy for Multi-Task Learning"};
  }
  Needs needs() const override { return {.losses = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    double sum = 0.0, count = 0.0;
    for (const double loss : step.losses) {
      if (!has_log(loss)) continue;
      sum += std::log(loss);
      count += 1.0;
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double loss = step.losses[i];
      weights[i] = has_log(loss) ? std::exp(sum / count - std::log(loss)) / count : 1.0;
    }
    if (count < static_cast<double>(weights.size())) step.fell_back(kLossNotPositive);
  }
};

}  // namespace

std::unique_ptr<Balancer> make_gls() { return std::make_unique<GeometricMean>(); }

}  // namespace espalier
