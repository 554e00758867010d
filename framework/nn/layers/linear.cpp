#include "nn/layers/init_field.hpp"
#include "nn/layers/make.hpp"

namespace espalier {

Var linear(const Net& net, std::string_view name, Var x, const LinearLayer& layer) {
  const Net own = net.scope(name);
  const Index features = net.tape().shape(x)[-1];
  Parameter& weight = own.parameter("weight", {layer.units, features}, layer.weights);
  Parameter* bias = nullptr;
  if (layer.bias) bias = &own.parameter("bias", {layer.units}, {Initializer::Kind::constant, 0.0});
  return linear(net.tape(), x, weight, bias);
}

namespace {

class LinearOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override {
    f.integer({"units", "output features", true}, units_, {.at_least = 1});
    f.flag({"bias", "adds a learned number to each unit"}, bias_);
    init_.fields(f);
    f.flag({"flatten",
            "treats all of an example's numbers as one vector; false: applies the layer "
            "at each position of the last axis"},
           flatten_);
  }

  Var record(const Net& net, Var x) const override {
    if (flatten_ && net.tape().shape(x).rank() > 2) x = flatten(net, x);
    return linear(net, "linear", x,
                  {.units = units_, .bias = bias_, .weights = init_.initializer()});
  }

 private:
  Index units_ = 1;
  bool bias_ = true;
  bool flatten_ = true;
  InitField init_;
};

}  // namespace

std::unique_ptr<Layer> make_linear() { return std::make_unique<LinearOfTrunk>(); }

}  // namespace espalier
