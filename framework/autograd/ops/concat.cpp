#include "autograd/ops/axis.hpp"
#include "autograd/ops/check.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class Concat final : public Op, public HasTangent {
 public:
  explicit Concat(int axis) : axis_(axis) {}

  std::string_view name() const override { return "concat"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_inputs(name(), in);
    Shape y = in[0].shape;
    const int axis = check::inner_axis(name(), axis_, y);
    y.set(axis, 0);
    for (const ValueInfo& part : in) {
      Shape rest = part.shape;
      const bool ranks = rest.rank() == y.rank();
      if (ranks) rest.set(axis, y[axis]);
      check::that(ranks && rest == y, name(),
                  text::cat("parts like ", to_string(in[0].shape), " except along axis ", axis),
                  part.shape);
      y.set(axis, y[axis] + part.shape[axis]);
    }
    return {y, Dtype::floating};
  }

  // y = (x_0, x_1, ...): slab by slab
  void forward(const OpContext& c) const override {
    const AxisView y = around(c.output.shape);
    const Index block = y.extent * y.inner;
    parallel::for_rows(y.outer, block, [&](Index begin, Index end) {
      Index at = 0;
      for (const Tensor& part : c.inputs) {
        const Index slab = around(part.shape).extent * y.inner;
        for (Index o = begin; o < end; ++o) {
          copy_slab(slab, part.data + o * slab, c.output.data + o * block + at);
        }
        at += slab;
      }
    });
  }

  // dx_k = the slabs of dy that came from x_k
  void backward(const BackwardContext& c) const override {
    const AxisView y = around(c.dy.shape);
    const Index block = y.extent * y.inner;
    Index at = 0;
    for (std::size_t k = 0; k < c.inputs.size(); ++k) {
      const Index slab = around(c.inputs[k].shape).extent * y.inner;
      for (const Run& run : c.runs[k]) {
        const real* const dy = c.dy.data + run.dy_row * c.dy.shape.row_size() + at;
        real* const dx = c.dx[k].data + run.dx_row * c.dx[k].shape.row_size();
        parallel::for_rows(y.outer_of(run.rows, c.dy.shape[0]), slab, [&](Index begin, Index end) {
          for (Index o = begin; o < end; ++o) {
            if (run.accumulate) {
              add_slab(slab, dy + o * block, dx + o * slab);
            } else {
              copy_slab(slab, dy + o * block, dx + o * slab);
            }
          }
        });
      }
      at += slab;
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
};

}  // namespace

Var concat(Tape& tape, const std::vector<Var>& parts, int axis) {
  if (parts.empty()) check::fail("concat", "at least one part", "none");
  return tape.record(std::make_unique<Concat>(axis), parts);
}

}  // namespace espalier
