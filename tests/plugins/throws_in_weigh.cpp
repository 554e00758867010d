#include <stdexcept>

#include "plain_balancer.hpp"

namespace {

class Method final : public PlainBalancer {
 public:
  void weigh(const espalier::BalanceStep& /*step*/, std::span<double> /*weights*/) override {
    throw std::runtime_error("the scales are broken");
  }
};

}  // namespace

ESPALIER_PLUGIN(Method, "throws_in_weigh", "wrong in weigh()");
