#include "nn/layers/make.hpp"

namespace espalier {

namespace {

class AveragePoolOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override {
    f.integer({"kernel", "height and width of the window", true}, options_.kernel,
              {.at_least = 1, .at_most = 15});
    f.integer({"stride", "step of the window; 0: as the kernel"}, options_.stride, {.at_least = 0});
    f.integer({"padding", "rows and columns outside the image; they never count"}, options_.padding,
              {.at_least = 0});
  }
  Var record(const Net& net, Var x) const override { return average_pool(net, x, options_); }

 private:
  PoolOptions options_;
};

}  // namespace

std::unique_ptr<Layer> make_average_pool() { return std::make_unique<AveragePoolOfTrunk>(); }

}  // namespace espalier
