#include "autograd/ops/check.hpp"
#include "autograd/ops/elementwise_backward.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"

namespace espalier {

namespace {

class Multiply final : public Op, public HasTangent {
 public:
  std::string_view name() const override { return "multiply"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_inputs(name(), in);
    check::same_shape(name(), "a second value", in[0].shape, in[1].shape);
    return in[0];
  }

  // y = a b
  void forward(const OpContext& c) const override {
    const real* a = c.inputs[0].data;
    const real* b = c.inputs[1].data;
    real* __restrict y = c.output.data;
    parallel::for_numbers(c.output.size(), [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) y[i] = a[i] * b[i];
    });
  }

  // da = b dy, db = a dy
  void backward(const BackwardContext& c) const override {
    const auto product = [](real other, real dy) { return other * dy; };
    elementwise_backward(c, 0, c.inputs[1], product);
    elementwise_backward(c, 1, c.inputs[0], product);
  }
  // y' = a' b + a b'
  void tangent(const TangentContext& c) const override {
    const real *a = c.inputs[0].data, *b = c.inputs[1].data;
    const real *da = c.dx[0].data, *db = c.dx[1].data;
    real* __restrict dy = c.dy.data;
    parallel::for_numbers(c.dy.size(), [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) dy[i] = da[i] * b[i] + a[i] * db[i];
    });
  }
};

}  // namespace

Var multiply(Tape& tape, Var a, Var b) { return tape.record(std::make_unique<Multiply>(), {a, b}); }

}  // namespace espalier
