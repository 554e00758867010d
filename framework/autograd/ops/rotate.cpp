#include <algorithm>
#include <array>

#include "autograd/ops/check.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "espalier/ops.hpp"
#include "tensor/blas.hpp"

namespace espalier {

namespace {

using blas::Transpose;

class Rotate final : public Op, public HasTangent {
 public:
  explicit Rotate(Buffer& matrix) : matrix_{&matrix} {}

  std::string_view name() const override { return "rotate"; }
  std::span<Buffer* const> buffers() const override { return matrix_; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    check::that(in[0].shape.rank() >= 2, name(), "rows of features (N, ..., F)", in[0].shape);
    const Index features = in[0].shape[-1];
    const Shape& m = matrix_[0]->value.shape;
    if (m.rank() != 2 || m[0] != m[1] || m[0] > features) {
      check::fail(name(), text::cat("a square matrix of at most (", features, ", ", features, ")"),
                  to_string(m));
    }
    return in[0];
  }

  // y = [x_1 R', x_2] where x_1 are the first M of the F numbers
  void forward(const OpContext& c) const override {
    const Index f = c.output.shape[-1], rows = c.output.size() / f;
    blas::gemm(Transpose::no, Transpose::yes, rows, turned(), turned(), 1.0, c.inputs[0].data, f,
               matrix(), turned(), 0.0, c.output.data, f);
    for (Index r = 0; r < rows; ++r) {
      std::copy(c.inputs[0].data + r * f + turned(), c.inputs[0].data + (r + 1) * f,
                c.output.data + r * f + turned());
    }
  }

  // dx = [dy_1 R, dy_2]
  void backward(const BackwardContext& c) const override {
    const Index f = c.dy.shape[-1], inner = c.dy.shape.row_size() / f;
    for (const Run& run : c.runs[0]) {
      const real* dy = c.dy.data + run.dy_row * inner * f;
      real* dx = c.dx[0].data + run.dx_row * inner * f;
      blas::gemm(Transpose::no, Transpose::no, run.rows * inner, turned(), turned(), 1.0, dy, f,
                 matrix(), turned(), run.accumulate ? 1.0 : 0.0, dx, f);
      for (Index r = 0; r < run.rows * inner; ++r) {
        for (Index i = turned(); i < f; ++i) {
          const real before = run.accumulate ? dx[r * f + i] : real{0};
          dx[r * f + i] = before + dy[r * f + i];
        }
      }
    }
  }

  void tangent(const TangentContext& c) const override { linear_tangent(*this, c); }

  bool reads_input(int /*k*/) const override { return false; }

  double flops(const Geometry& g) const override {
    const Index rows = g.output.shape.size() / g.output.shape[-1];
    return 2.0 * static_cast<double>(rows) * static_cast<double>(turned() * turned());
  }

 private:
  Index turned() const { return matrix_[0]->value.shape[0]; }
  const real* matrix() const { return matrix_[0]->value.data; }

  std::array<Buffer*, 1> matrix_;
};

}  // namespace

Var rotate(Tape& tape, Var x, Buffer& matrix) {
  return tape.record(std::make_unique<Rotate>(matrix), {x});
}

}  // namespace espalier
