#include "autograd/ops/check.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"

namespace espalier {

namespace {

class BitProducts final : public Op, public HasTangent {
 public:
  std::string_view name() const override { return "bit_products"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    const Shape& x = in[0].shape;
    check::that(x.rank() == 2 && x[1] >= 1 && x[1] <= kMostBits, name(),
                text::cat("rows of 1 to ", kMostBits, " bits (N, m)"), x);
    return {Shape{x[0], Index{1} << x[1]}, Dtype::floating};
  }

  // y_ne = prod_i (x_ni where bit i of e is set, 1 - x_ni where it is not)
  void forward(const OpContext& c) const override {
    const Index bits = c.inputs[0].shape[1], codes = c.output.shape[1];
    for (Index n = 0; n < c.output.shape[0]; ++n) {
      const real* x = c.inputs[0].data + n * bits;
      for (Index e = 0; e < codes; ++e) c.output.data[n * codes + e] = product(x, bits, e, -1);
    }
  }

  // dx_ni = sum_e dy_ne (+-) prod over the other bits
  void backward(const BackwardContext& c) const override {
    const Index bits = c.inputs[0].shape[1], codes = c.dy.shape[1];
    for (const Run& run : c.runs[0]) {
      for (Index n = 0; n < run.rows; ++n) {
        const real* x = c.inputs[0].data + (run.value_row + n) * bits;
        const real* dy = c.dy.data + (run.dy_row + n) * codes;
        real* dx = c.dx[0].data + (run.dx_row + n) * bits;
        for (Index i = 0; i < bits; ++i) {
          real sum = 0;
          for (Index e = 0; e < codes; ++e) {
            const real others = product(x, bits, e, i);
            sum += set(e, i) ? dy[e] * others : -dy[e] * others;
          }
          dx[i] = run.accumulate ? dx[i] + sum : sum;
        }
      }
    }
  }
  // y'_ne = sum_i x'_ni (+-) prod over the other bits
  void tangent(const TangentContext& c) const override {
    const Index bits = c.inputs[0].shape[1], codes = c.dy.shape[1];
    for (Index n = 0; n < c.dy.shape[0]; ++n) {
      const real *x = c.inputs[0].data + n * bits, *dx = c.dx[0].data + n * bits;
      for (Index e = 0; e < codes; ++e) {
        real sum = 0;
        for (Index i = 0; i < bits; ++i) {
          sum += (set(e, i) ? dx[i] : -dx[i]) * product(x, bits, e, i);
        }
        c.dy.data[n * codes + e] = sum;
      }
    }
  }

 private:
  static constexpr Index kMostBits = 8;

  static bool set(Index code, Index bit) { return ((code >> bit) & 1) != 0; }

  static real product(const real* x, Index bits, Index code, Index without) {
    real p = 1;
    for (Index i = 0; i < bits; ++i) {
      if (i != without) p *= set(code, i) ? x[i] : 1 - x[i];
    }
    return p;
  }
};

}  // namespace

Var bit_products(Tape& tape, Var bits) {
  return tape.record(std::make_unique<BitProducts>(), {bits});
}

}  // namespace espalier
