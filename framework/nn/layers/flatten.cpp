#include "nn/layers/make.hpp"

namespace espalier {

namespace {

class FlattenOfTrunk final : public Layer {
 public:
  Var record(const Net& net, Var x) const override { return flatten(net, x); }
};

}  // namespace

std::unique_ptr<Layer> make_flatten() { return std::make_unique<FlattenOfTrunk>(); }

}  // namespace espalier
