#include "core/text.hpp"
#include "espalier/error.hpp"
#include "nn/layers/make.hpp"

namespace espalier {

namespace {

class GlobalAveragePoolOfTrunk final : public Layer {
 public:
  Var record(const Net& net, Var x) const override {
    const Shape& shape = net.tape().shape(x);
    if (shape.rank() != 4) {
      throw ShapeError(text::cat("[global_average_pool] expected images (N, H, W, C), found ",
                                 to_string(shape)));
    }
    return mean(net, reshape(net, x, {shape[1] * shape[2], shape[3]}), 1);
  }
};

}  // namespace

std::unique_ptr<Layer> make_global_average_pool() {
  return std::make_unique<GlobalAveragePoolOfTrunk>();
}

}  // namespace espalier
