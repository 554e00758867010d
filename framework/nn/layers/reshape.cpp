#include "nn/layers/make.hpp"

namespace espalier {

namespace {

class ReshapeOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override {
    f.integers({"shape", "shape of one example", true}, shape_, {.at_least = 1});
  }
  Var record(const Net& net, Var x) const override { return reshape(net, x, Shape(shape_)); }

 private:
  std::vector<Index> shape_;
};

}  // namespace

std::unique_ptr<Layer> make_reshape() { return std::make_unique<ReshapeOfTrunk>(); }

}  // namespace espalier
