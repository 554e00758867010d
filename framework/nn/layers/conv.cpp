#include "core/text.hpp"
#include "espalier/error.hpp"
#include "nn/layers/init_field.hpp"
#include "nn/layers/make.hpp"

namespace espalier {

Var conv(const Net& net, std::string_view name, Var x, const ConvLayer& layer) {
  const Shape& shape = net.tape().shape(x);
  if (shape.rank() != 4) {
    throw ShapeError(text::cat("[conv] expected images (N, H, W, C), found ", to_string(shape)));
  }
  const Net own = net.scope(name);
  Parameter& weight = own.parameter(
      "weight", {layer.channels, layer.kernel, layer.kernel, shape[-1]}, layer.weights);
  Parameter* bias = nullptr;
  if (layer.bias) {
    bias = &own.parameter("bias", {layer.channels}, {Initializer::Kind::constant, 0.0});
  }
  const Index padding = layer.padding.value_or((layer.kernel - 1) / 2);
  return conv2d(net.tape(), x, weight, bias, {.stride = layer.stride, .padding = padding});
}

namespace {

class ConvOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override {
    f.integer({"channels", "output channels", true}, layer_.channels, {.at_least = 1});
    f.integer({"kernel", "height and width of the window"}, layer_.kernel, {.at_least = 1});
    f.integer({"stride", "step of the window"}, layer_.stride, {.at_least = 1});
    f.integer({"padding", "zeros on every side; -1: same, (kernel - 1) / 2"}, padding_,
              {.at_least = -1});
    f.flag({"bias", "adds a learned number to each channel"}, layer_.bias);
    init_.fields(f);
  }

  Var record(const Net& net, Var x) const override {
    ConvLayer layer = layer_;
    layer.weights = init_.initializer();
    if (padding_ >= 0) layer.padding = padding_;
    return conv(net, "conv", x, layer);
  }

 private:
  ConvLayer layer_;
  Index padding_ = -1;
  InitField init_;
};

}  // namespace

std::unique_ptr<Layer> make_conv() { return std::make_unique<ConvOfTrunk>(); }

}  // namespace espalier
