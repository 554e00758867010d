#include "autograd/ops/check.hpp"
#include "espalier/ops.hpp"
#include "tensor/sums.hpp"

namespace espalier {

namespace {

class MeanRows final : public Op {
 public:
  std::string_view name() const override { return "mean"; }
  RowRule row_rule() const override { return RowRule::reduce; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    return {Shape{1}, Dtype::floating};
  }

  // y = sum x / n
  void forward(const OpContext& c) const override {
    const real* x = c.inputs[0].data;
    const Index n = c.inputs[0].size();
    const double sum = sum_of(n, [&](Index i) { return static_cast<double>(x[i]); });
    c.output.data[0] = static_cast<real>(sum / static_cast<double>(n));
  }

  // dx = dy / n
  void backward(const BackwardContext& c) const override {
    const Shape& x = c.inputs[0].shape;
    for (const Run& run : c.runs[0]) {
      const real slope = c.dy.data[run.dy_row] / static_cast<real>(x.size());
      real* dx = c.dx[0].data + run.dx_row * x.row_size();
      for (Index i = 0, n = run.rows * x.row_size(); i < n; ++i) {
        dx[i] = run.accumulate ? dx[i] + slope : slope;
      }
    }
  }

  bool reads_input(int /*k*/) const override { return false; }
  double flops(const Geometry& g) const override {
    return static_cast<double>(g.inputs[0].shape.size());
  }
};

}  // namespace

Var mean(Tape& tape, Var x) { return tape.record(std::make_unique<MeanRows>(), {x}); }

}  // namespace espalier
