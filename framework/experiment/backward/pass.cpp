#include "experiment/backward/pass.hpp"

namespace espalier {

std::unique_ptr<BackwardPass> make_pass(const PassTools& tools, const Needs& needs,
                                        const BalanceConventions& conventions) {
  if (needs.validation) return make_bilevel_pass(tools);
  if (needs.features) return make_feature_pass(tools, needs);
  if (needs.jacobian) return make_jacobian_pass(tools);
  if (needs.cross_gram || needs.cross_product) return make_cross_pass(tools, needs, conventions);
  if (needs.gram || conventions.needs_gram()) {
    return make_gram_pass(tools, needs, conventions);
  }
  return make_loss_pass(tools);
}

}  // namespace espalier
