#include "autograd/ops/check.hpp"
#include "autograd/ops/elementwise_backward.hpp"
#include "autograd/ops/rectifier.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class Relu final : public Rectifier, public HasTangent {
 public:
  std::string_view name() const override { return "relu"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    return in[0];
  }

  // y = max(x, 0); NaN stays NaN, so that a broken step is seen in its loss
  void forward(const OpContext& c) const override {
    const real* x = c.inputs[0].data;
    real* y = c.output.data;
    const Index n = c.output.size();
    parallel::for_numbers(n, [=](Index begin, Index end) {
      if (x == y) {  // planned in place
        for (Index i = begin; i < end; ++i) y[i] = y[i] < 0 ? 0 : y[i];
      } else {
        const real* __restrict from = x;
        real* __restrict to = y;
        for (Index i = begin; i < end; ++i) to[i] = from[i] < 0 ? 0 : from[i];
      }
    });
  }

  // dx = dy [y > 0]
  void backward(const BackwardContext& c) const override {
    elementwise_backward(c, 0, c.output, [](real y, real dy) { return y > 0 ? dy : real{0}; });
  }
  void tangent(const TangentContext& c) const override { symmetric_tangent(*this, c); }

  bool reads_input(int /*k*/) const override { return false; }
  bool reads_output() const override { return true; }
  bool in_place() const override { return true; }
};

}  // namespace

Var relu(Tape& tape, Var x) { return tape.record(std::make_unique<Relu>(), {x}); }

}  // namespace espalier
