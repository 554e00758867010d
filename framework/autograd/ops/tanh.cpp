#include "autograd/ops/check.hpp"
#include "autograd/ops/elementwise_backward.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "espalier/ops.hpp"
#include "tensor/elementwise.hpp"

namespace espalier {

namespace {

class Tanh final : public Op, public HasTangent {
 public:
  std::string_view name() const override { return "tanh"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    return in[0];
  }

  // y = tanh x
  void forward(const OpContext& c) const override {
    elementwise::tanh(c.output.size(), c.inputs[0].data, c.output.data);
  }

  // dx = dy (1 - y^2)
  void backward(const BackwardContext& c) const override {
    elementwise_backward(c, 0, c.output, [](real y, real dy) { return dy * (1 - y * y); });
  }
  void tangent(const TangentContext& c) const override { symmetric_tangent(*this, c); }

  bool reads_input(int /*k*/) const override { return false; }
  bool reads_output() const override { return true; }
  bool in_place() const override { return true; }
};

}  // namespace

Var tanh(Tape& tape, Var x) { return tape.record(std::make_unique<Tanh>(), {x}); }

}  // namespace espalier
