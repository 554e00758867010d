#include "autograd/ops/axis.hpp"
#include "autograd/ops/check.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "espalier/ops.hpp"
#include "tensor/matrix.hpp"
#include "tensor/sums.hpp"

namespace espalier {

namespace {

class MeanAxis final : public Op, public HasTangent {
 public:
  explicit MeanAxis(int axis) : axis_(axis) {}

  std::string_view name() const override { return "mean"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    const Shape& x = in[0].shape;
    const int axis = check::inner_axis(name(), axis_, x);
    Shape y;
    for (int a = 0; a < x.rank(); ++a) {
      if (a != axis) y.push_back(x[a]);
    }
    return {y, Dtype::floating};
  }

  // y = 1'x / extent: column means of each block
  void forward(const OpContext& c) const override {
    const AxisView x = around(c.inputs[0].shape);
    const double factor = 1.0 / static_cast<double>(x.extent);
    for (Index o = 0; o < x.outer; ++o) {
      const real* block = c.inputs[0].data + o * x.extent * x.inner;
      if (x.inner == 1) {  // the last axis
        const double sum = sum_of(x.extent, [&](Index i) { return static_cast<double>(block[i]); });
        c.output.data[o] = static_cast<real>(factor * sum);
      } else {
        matrix::column_sums(block, x.extent, x.inner, factor, 0.0, c.output.data + o * x.inner);
      }
    }
  }

  // dx = 1 dy' / extent
  void backward(const BackwardContext& c) const override {
    const Shape& shape = c.dx[0].shape;
    const AxisView x = around(shape);
    const real factor = real{1} / static_cast<real>(x.extent);
    for (const Run& run : c.runs[0]) {
      const real* __restrict dy = c.dy.data + run.dy_row * c.dy.shape.row_size();
      real* __restrict dx = c.dx[0].data + run.dx_row * shape.row_size();
      for (Index o = 0; o < x.outer_of(run.rows, shape[0]); ++o, dy += x.inner) {
        for (Index e = 0; e < x.extent; ++e, dx += x.inner) {
          for (Index i = 0; i < x.inner; ++i) {
            dx[i] = run.accumulate ? dx[i] + factor * dy[i] : factor * dy[i];
          }
        }
      }
    }
  }

  void tangent(const TangentContext& c) const override { linear_tangent(*this, c); }

  bool reads_input(int /*k*/) const override { return false; }
  double flops(const Geometry& g) const override {
    return static_cast<double>(g.inputs[0].shape.size());
  }

 private:
  AxisView around(const Shape& shape) const {
    return {shape, axis_ < 0 ? axis_ + shape.rank() : axis_};
  }

  int axis_;
};

}  // namespace

Var mean(Tape& tape, Var x, int axis) { return tape.record(std::make_unique<MeanAxis>(axis), {x}); }

}  // namespace espalier
