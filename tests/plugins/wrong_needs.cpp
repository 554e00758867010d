#include "plain_balancer.hpp"

namespace {

class Method final : public PlainBalancer {
 public:
  espalier::Needs needs() const override { return {.gram = true, .jacobian = true}; }
};

}  // namespace

ESPALIER_PLUGIN(Method, "wrong_needs", "asks for what no step gives together");
