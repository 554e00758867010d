#include <algorithm>

#include "autograd/ops/check.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"
#include "tensor/elementwise.hpp"

namespace espalier {

namespace {

class Gelu final : public Op, public HasTangent {
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
    const Index row = c.dy.shape.row_size();
    for (const Run& run : c.runs[0]) {
      const real* x = c.inputs[0].data + run.value_row * row;
      const real* dy = c.dy.data + run.dy_row * row;
      real* dx = c.dx[0].data + run.dx_row * row;
      parallel::for_numbers(run.rows * row, [=, add = run.accumulate](Index begin, Index end) {
        times_slope(end - begin, x + begin, dy + begin, add, dx + begin);
      });
    }
  }
  void tangent(const TangentContext& c) const override { symmetric_tangent(*this, c); }

 private:
  static void times_slope(Index n, const real* x, const real* __restrict dy, bool add,
                          real* __restrict dx) {
    constexpr Index kBlock = 512;  // slopes at a time: they stay in the first-level cache
    real slope[kBlock];
    for (Index first = 0; first < n; first += kBlock) {
      const Index count = std::min(kBlock, n - first);
      elementwise::gelu_derivative(count, x + first, slope);
      if (add) {
        for (Index i = 0; i < count; ++i) dx[first + i] += slope[i] * dy[first + i];
      } else {
        for (Index i = 0; i < count; ++i) dx[first + i] = slope[i] * dy[first + i];
      }
    }
  }
};

}  // namespace

Var gelu(Tape& tape, Var x) { return tape.record(std::make_unique<Gelu>(), {x}); }

}  // namespace espalier
