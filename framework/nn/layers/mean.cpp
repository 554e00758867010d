#include "nn/layers/make.hpp"

namespace espalier {

namespace {

class MeanOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override {
    f.integer({"axis", "which axis disappears; 1 is the first after the rows", true}, axis_,
              {.at_least = -5, .at_most = 5});
  }
  Var record(const Net& net, Var x) const override { return mean(net, x, static_cast<int>(axis_)); }

 private:
  Index axis_ = 1;
};

}  // namespace

std::unique_ptr<Layer> make_mean() { return std::make_unique<MeanOfTrunk>(); }

}  // namespace espalier
