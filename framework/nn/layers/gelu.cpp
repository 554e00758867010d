#include "nn/layers/make.hpp"

namespace espalier {

namespace {

class GeluOfTrunk final : public Layer {
 public:
  Var record(const Net& net, Var x) const override { return gelu(net, x); }
};

}  // namespace

std::unique_ptr<Layer> make_gelu() { return std::make_unique<GeluOfTrunk>(); }

}  // namespace espalier
