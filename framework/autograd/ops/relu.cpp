#include "autograd/ops/check.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class Relu final : public Op {
 public:
  std::string_view name() const override { return "relu"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    return in[0];
  }

  // y = max(x, 0)
  void forward(const OpContext& c) const override {
    const real* __restrict x = c.inputs[0].data;
    real* __restrict y = c.output.data;
    const Index n = c.output.size();
    if (x == y) {  // planned in place
      for (Index i = 0; i < n; ++i) y[i] = y[i] > 0 ? y[i] : 0;
    } else {
      for (Index i = 0; i < n; ++i) y[i] = x[i] > 0 ? x[i] : 0;
    }
  }

  // dx = dy [y > 0]
  void backward(const BackwardContext& c) const override {
    const Index row = c.output.shape.row_size();
    for (const Run& run : c.runs[0]) {
      const Index n = run.rows * row;
      const real* y = c.output.data + run.value_row * row;
      const real* dy = c.dy.data + run.dy_row * row;
      real* dx = c.dx[0].data + run.dx_row * row;
      if (run.accumulate) {
        for (Index i = 0; i < n; ++i) dx[i] += y[i] > 0 ? dy[i] : 0;
      } else {
        for (Index i = 0; i < n; ++i) dx[i] = y[i] > 0 ? dy[i] : 0;
      }
    }
  }

  bool reads_input(int /*k*/) const override { return false; }
  bool reads_output() const override { return true; }
  bool in_place() const override { return true; }
};

}  // namespace

Var relu(Tape& tape, Var x) { return tape.record(std::make_unique<Relu>(), {x}); }

}  // namespace espalier
