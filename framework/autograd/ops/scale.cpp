#include "autograd/ops/check.hpp"
#include "autograd/ops/elementwise_backward.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class Scale final : public Op, public HasTangent {
 public:
  explicit Scale(double factor) : factor_(factor) {}

  std::string_view name() const override { return "scale"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    return in[0];
  }

  // y = factor x
  void forward(const OpContext& c) const override {
    matrix::scale(c.output.size(), factor_, c.inputs[0].data, c.output.data);
  }

  // dx = factor dy
  void backward(const BackwardContext& c) const override { scaled_backward(c, 0, factor_); }
  void tangent(const TangentContext& c) const override { symmetric_tangent(*this, c); }

  bool reads_input(int /*k*/) const override { return false; }
  bool in_place() const override { return true; }

 private:
  double factor_;
};

}  // namespace

Var scale(Tape& tape, Var x, double factor) {
  return tape.record(std::make_unique<Scale>(factor), {x});
}

}  // namespace espalier
