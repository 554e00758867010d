#include <cmath>

#include "plain_balancer.hpp"

namespace {

class Method final : public PlainBalancer {
 public:
  void weigh(const espalier::BalanceStep& step, std::span<double> weights) override {
    PlainBalancer::weigh(step, weights);
    if (step.step == 2) weights.back() = std::nan("");
  }
};

}  // namespace

ESPALIER_PLUGIN(Method, "nan_weights", "NaN in the third step");
