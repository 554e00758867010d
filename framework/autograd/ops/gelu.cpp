#include <algorithm>

#include "autograd/ops/check.hpp"
#include "espalier/ops.hpp"
#include "tensor/elementwise.hpp"

namespace espalier {

namespace {

class Gelu final : public Op {
 public:
  std::string_view name() const override { return "gelu"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    return in[0];
  }

  // y = x Phi(x)
  void forward(const OpContext& c) const override {
    elementwise::gelu(c.output.size(), c.inputs[0].data, c.output.data);
  }

  // dx = dy (Phi(x) + x phi(x))
  void backward(const BackwardContext& c) const override {
    constexpr Index kBlock = 512;  // slopes at a time: they stay in the first-level cache
    real slope[kBlock];
    const Index row = c.dy.shape.row_size();
    for (const Run& run : c.runs[0]) {
      const real* x = c.inputs[0].data + run.value_row * row;
      const real* __restrict dy = c.dy.data + run.dy_row * row;
      real* __restrict dx = c.dx[0].data + run.dx_row * row;
      for (Index first = 0, n = run.rows * row; first < n; first += kBlock) {
        const Index count = std::min(kBlock, n - first);
        elementwise::gelu_derivative(count, x + first, slope);
        if (run.accumulate) {
          for (Index i = 0; i < count; ++i) dx[first + i] += slope[i] * dy[first + i];
        } else {
          for (Index i = 0; i < count; ++i) dx[first + i] = slope[i] * dy[first + i];
        }
      }
    }
  }
};

}  // namespace

Var gelu(Tape& tape, Var x) { return tape.record(std::make_unique<Gelu>(), {x}); }

}  // namespace espalier
