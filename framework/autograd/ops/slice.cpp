#include <algorithm>

#include "autograd/ops/axis.hpp"
#include "autograd/ops/check.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class Slice final : public Op, public HasTangent {
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
    const Index slab = count_ * x.inner, block = x.extent * x.inner;
    const real* const from = c.inputs[0].data + first_ * x.inner;
    parallel::for_rows(x.outer, slab, [&](Index begin, Index end) {
      for (Index o = begin; o < end; ++o) {
        copy_slab(slab, from + o * block, c.output.data + o * slab);
      }
    });
  }

  // dx = dy inside the range, 0 outside
  void backward(const BackwardContext& c) const override {
    const Shape& shape = c.dx[0].shape;
    const AxisView x = around(shape);
    const Index slab = count_ * x.inner, block = x.extent * x.inner, before = first_ * x.inner;
    for (const Run& run : c.runs[0]) {
      const real* const dys = c.dy.data + run.dy_row * c.dy.shape.row_size();
      real* const dxs = c.dx[0].data + run.dx_row * shape.row_size();
      parallel::for_rows(x.outer_of(run.rows, shape[0]), block, [&](Index begin, Index end) {
        for (Index o = begin; o < end; ++o) {
          const real* const dy = dys + o * slab;
          real* const dx = dxs + o * block;
          if (run.accumulate) {
            add_slab(slab, dy, dx + before);
            continue;
          }
          std::fill_n(dx, before, real{0});
          copy_slab(slab, dy, dx + before);
          std::fill_n(dx + before + slab, block - before - slab, real{0});
        }
      });
    }
  }

  void tangent(const TangentContext& c) const override { linear_tangent(*this, c); }

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
