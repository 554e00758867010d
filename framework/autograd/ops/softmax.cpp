#include "autograd/ops/check.hpp"
#include "espalier/ops.hpp"
#include "tensor/elementwise.hpp"
#include "tensor/sums.hpp"

namespace espalier {

namespace {

class Softmax final : public Op {
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
  void backward(const BackwardContext& c) const override {
    const Index classes = c.output.shape[-1], row = c.output.shape.row_size();
    for (const Run& run : c.runs[0]) {
      for (Index at = 0; at < run.rows * row; at += classes) {
        const real* y = c.output.data + run.value_row * row + at;
        const real* dy = c.dy.data + run.dy_row * row + at;
        real* dx = c.dx[0].data + run.dx_row * row + at;
        const auto mean = static_cast<real>(
            sum_of(classes, [&](Index i) { return static_cast<double>(y[i] * dy[i]); }));
        if (run.accumulate) {
          for (Index i = 0; i < classes; ++i) dx[i] += y[i] * (dy[i] - mean);
        } else {
          for (Index i = 0; i < classes; ++i) dx[i] = y[i] * (dy[i] - mean);
        }
      }
    }
  }

  bool reads_input(int /*k*/) const override { return false; }
  bool reads_output() const override { return true; }
  bool in_place() const override { return true; }
};

}  // namespace

Var softmax(Tape& tape, Var x) { return tape.record(std::make_unique<Softmax>(), {x}); }

}  // namespace espalier
