#include "autograd/ops/check.hpp"
#include "autograd/ops/softmax_backward.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "espalier/ops.hpp"
#include "tensor/elementwise.hpp"

namespace espalier {

namespace {

class Softmax final : public Op, public HasTangent {
 public:
  std::string_view name() const override { return "softmax"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    check::that(in[0].shape.rank() >= 2, name(), "rows of scores (N, ..., C)", in[0].shape);
    return in[0];
  }

  // y = exp x / sum exp x, over the last axis
  void forward(const OpContext& c) const override {
    const Index classes = c.output.shape[-1];
    for (Index i = 0, n = c.output.size(); i < n; i += classes) {
      elementwise::softmax(classes, c.inputs[0].data + i, c.output.data + i);
    }
  }

  // dx = y (dy - <y, dy>)
  void backward(const BackwardContext& c) const override { softmax_backward(c); }
  void tangent(const TangentContext& c) const override { symmetric_tangent(*this, c); }

  bool reads_input(int /*k*/) const override { return false; }
  bool reads_output() const override { return true; }
  bool in_place() const override { return true; }
};

}  // namespace

Var softmax(Tape& tape, Var x) { return tape.record(std::make_unique<Softmax>(), {x}); }

}  // namespace espalier
