#include "nn/layers/make.hpp"

namespace espalier {

namespace {

class ScaleOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override { f.number({"factor", "multiplies x", true}, factor_); }
  Var record(const Net& net, Var x) const override { return scale(net, x, factor_); }

 private:
  double factor_ = 1.0;
};

}  // namespace

std::unique_ptr<Layer> make_scale() { return std::make_unique<ScaleOfTrunk>(); }

}  // namespace espalier
