#include <array>

#include "autograd/ops/check.hpp"
#include "espalier/ops.hpp"
#include "tensor/blas.hpp"

namespace espalier {

namespace {

using blas::Transpose;

class Rotate final : public Op {
 public:
  explicit Rotate(Buffer& matrix) : matrix_{&matrix} {}

  std::string_view name() const override { return "rotate"; }
  std::span<Buffer* const> buffers() const override { return matrix_; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    check::that(in[0].shape.rank() >= 2, name(), "rows of features (N, ..., F)", in[0].shape);
    const Index features = in[0].shape[-1];
    check::same_shape(name(), "matrix", Shape{features, features}, matrix_[0]->value.shape);
    return in[0];
  }

  // y = x R'
  void forward(const OpContext& c) const override {
    const Index f = c.output.shape[-1];
    blas::gemm(Transpose::no, Transpose::yes, c.output.size() / f, f, f, 1.0, c.inputs[0].data, f,
               matrix(), f, 0.0, c.output.data, f);
  }

  // dx = dy R
  void backward(const BackwardContext& c) const override {
    const Index f = c.dy.shape[-1], row = c.dy.shape.row_size();
    for (const Run& run : c.runs[0]) {
      blas::gemm(Transpose::no, Transpose::no, run.rows * (row / f), f, f, 1.0,
                 c.dy.data + run.dy_row * row, f, matrix(), f, run.accumulate ? 1.0 : 0.0,
                 c.dx[0].data + run.dx_row * row, f);
    }
  }

  bool reads_input(int /*k*/) const override { return false; }

  double flops(const Geometry& g) const override {
    return 2.0 * static_cast<double>(g.output.shape.size()) *
           static_cast<double>(g.output.shape[-1]);
  }

 private:
  const real* matrix() const { return matrix_[0]->value.data; }

  std::array<Buffer*, 1> matrix_;
};

}  // namespace

Var rotate(Tape& tape, Var x, Buffer& matrix) {
  return tape.record(std::make_unique<Rotate>(matrix), {x});
}

}  // namespace espalier
