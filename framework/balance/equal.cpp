// Equal weights: L = sum L_t, w = 1. The first baseline of any comparison (Kurin et al. 2022, "In
// Defense of the Unitary Scalarization for Deep Multi-Task Learning").
#include <algorithm>

#include "balance/make.hpp"

namespace espalier {

namespace {

class Equal final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"sum of the losses", "w_t = 1",
            "Kurin et al. 2022, In Defense of the Unitary Scalarization for Deep Multi-Task "
            "Learning"};
  }
  Needs needs() const override { return {}; }
  void weigh(const BalanceStep& /*step*/, std::span<double> weights) override {
    std::ranges::fill(weights, 1.0);
  }
};

}  // namespace

std::unique_ptr<Balancer> make_equal() { return std::make_unique<Equal>(); }

}  // namespace espalier
