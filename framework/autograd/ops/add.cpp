#include "autograd/ops/check.hpp"
#include "autograd/ops/elementwise_backward.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class Add final : public Op, public HasTangent {
 public:
  std::string_view name() const override { return "add"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_inputs(name(), in);
    check::same_shape(name(), "a second value", in[0].shape, in[1].shape);
    return in[0];
  }

  // y = a + b
  void forward(const OpContext& c) const override {
    const real* a = c.inputs[0].data;
    const real* b = c.inputs[1].data;
    real* __restrict y = c.output.data;
    parallel::for_numbers(c.output.size(), [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) y[i] = a[i] + b[i];
    });
  }

  // da = dy, db = dy
  void backward(const BackwardContext& c) const override {
    scaled_backward(c, 0);
    scaled_backward(c, 1);
  }

  void tangent(const TangentContext& c) const override { linear_tangent(*this, c); }

  bool reads_input(int /*k*/) const override { return false; }
};

}  // namespace

Var add(Tape& tape, Var a, Var b) { return tape.record(std::make_unique<Add>(), {a, b}); }

}  // namespace espalier
