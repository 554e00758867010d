#include <cstring>

#include "autograd/ops/axis.hpp"
#include "autograd/ops/check.hpp"
#include "espalier/ops.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

namespace {

class Slice final : public Op {
 public:
  Slice(int axis, Index first, Index count) : axis_(axis), first_(first), count_(count) {}

  std::string_view name() const override { return "slice"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    Shape y = in[0].shape;
    const int axis = check::inner_axis(name(), axis_, y);
    if (first_ < 0 || count_ < 1 || first_ + count_ > y[axis]) {
      check::fail(name(), text::cat("a range within axis ", axis, " of ", to_string(y)),
                  text::cat("[", first_, ", ", first_ + count_, ")"));
    }
    y.set(axis, count_);
    return {y, Dtype::floating};
  }

  // y = x[..., first : first + count, ...]
  void forward(const OpContext& c) const override {
    const AxisView x = around(c.inputs[0].shape);
    const Index slab = count_ * x.inner;
    for (Index o = 0; o < x.outer; ++o) {
      std::memcpy(c.output.data + o * slab, c.inputs[0].data + (o * x.extent + first_) * x.inner,
                  static_cast<std::size_t>(slab) * sizeof(real));
    }
  }

  // dx = dy inside the range, 0 outside
  void backward(const BackwardContext& c) const override {
    const Shape& shape = c.dx[0].shape;
    const AxisView x = around(shape);
    const Index slab = count_ * x.inner, block = x.extent * x.inner, before = first_ * x.inner;
    for (const Run& run : c.runs[0]) {
      const real* dy = c.dy.data + run.dy_row * c.dy.shape.row_size();
      real* dx = c.dx[0].data + run.dx_row * shape.row_size();
      for (Index o = 0; o < x.outer_of(run.rows, shape[0]); ++o, dy += slab, dx += block) {
        if (run.accumulate) {
          matrix::add_scaled(slab, 1.0, dy, dx + before);
          continue;
        }
        matrix::fill(before, real{0}, dx);
        std::memcpy(dx + before, dy, static_cast<std::size_t>(slab) * sizeof(real));
        matrix::fill(block - before - slab, real{0}, dx + before + slab);
      }
    }
  }

  bool reads_input(int /*k*/) const override { return false; }
  double flops(const Geometry& /*g*/) const override { return 0.0; }

 private:
  AxisView around(const Shape& shape) const {
    return {shape, axis_ < 0 ? axis_ + shape.rank() : axis_};
  }

  int axis_;
  Index first_, count_;
};

}  // namespace

Var slice(Tape& tape, Var x, int axis, Index first, Index count) {
  return tape.record(std::make_unique<Slice>(axis, first, count), {x});
}

}  // namespace espalier
