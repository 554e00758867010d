#include "plain_balancer.hpp"

namespace {

class Method final : public PlainBalancer {
 public:
  void weigh(const espalier::BalanceStep& /*step*/, std::span<double> weights) override {
    std::fill_n(weights.data(), weights.size() + 1, 1.0);
  }
};

}  // namespace

ESPALIER_PLUGIN(Method, "too_many_weights", "writes a weight too many");
