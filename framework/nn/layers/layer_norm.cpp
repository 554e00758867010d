#include "nn/layers/make.hpp"

namespace espalier {

Var layer_norm(const Net& net, std::string_view name, Var x, double epsilon) {
  const Net own = net.scope(name);
  const Shape width = {net.tape().shape(x)[-1]};
  Parameter& scale = own.parameter("scale", width, {Initializer::Kind::constant, 1.0});
  Parameter& shift = own.parameter("shift", width, {Initializer::Kind::constant, 0.0});
  return layer_norm(net.tape(), x, scale, shift, epsilon);
}

namespace {

class LayerNormOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override {
    f.number({"epsilon", "added to the variance"}, epsilon_, {.at_least = 0.0, .above = true});
  }
  Var record(const Net& net, Var x) const override {
    return layer_norm(net, "layer_norm", x, epsilon_);
  }

 private:
  double epsilon_ = 1e-5;
};

}  // namespace

std::unique_ptr<Layer> make_layer_norm() { return std::make_unique<LayerNormOfTrunk>(); }

}  // namespace espalier
