#include <algorithm>
#include <array>

#include "autograd/gram.hpp"
#include "autograd/ops/check.hpp"
#include "autograd/ops/joined_runs.hpp"
#include "autograd/ops/linear_gram.hpp"
#include "autograd/ops/narrow.hpp"
#include "autograd/ops/rectifier.hpp"
#include "autograd/ops/started_gradient.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"
#include "tensor/matrix.hpp"
#include "tensor/precision.hpp"

namespace espalier {

namespace {

using blas::Transpose;

class Linear final : public RectifyingOp,
                     public HasTangent,
                     public StartedGradient,
                     public NarrowOp {
 public:
  Linear(Parameter& weight, Parameter* bias) : owned_{&weight, bias}, count_(bias ? 2U : 1U) {}

  std::string_view name() const override { return "linear"; }
  std::span<Parameter* const> parameters() const override { return {owned_.data(), count_}; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    const Shape& w = owned_[0]->value.shape;
    const Shape& x = in[0].shape;
    check::that(x.rank() >= 2, name(), "rows of features (N, ..., I)", x);
    if (w.rank() != 2 || w[1] != x[-1]) {
      check::fail(name(), text::cat("weight (O, ", x[-1], ") for features ", to_string(x)),
                  to_string(w));
    }
    if (count_ == 2) check::same_shape(name(), "bias", Shape{w[0]}, owned_[1]->value.shape);
    Shape y = x;
    y.set(-1, w[0]);
    return {y, Dtype::floating};
  }

  // Y = X W' + 1 b'
  void forward(const OpContext& c) const override { write_output(c, false); }
  void forward_rectified(const OpContext& c) const override { write_output(c, true); }

  // dX = dY W
  void backward(const BackwardContext& c) const override {
    const Index i = inputs(), o = outputs(), inner = c.dy.shape.row_size() / o;
    for_joined_runs(c.runs[0], [&](const Run& run) {
      precision::gemm(Transpose::no, Transpose::no, run.rows * inner, i, o, 1.0,
                      c.dy.data + run.dy_row * inner * o, o, weight(), i,
                      run.accumulate ? 1.0 : 0.0, c.dx[0].data + run.dx_row * inner * i, i);
    });
  }

  // dX = dY W [X > 0]
  void backward_rectified(const BackwardContext& c) const override {
    const Index i = inputs(), o = outputs(), inner = c.dy.shape.row_size() / o;
    const Run& run = c.runs[0][0];
    precision::gemm(Transpose::no, Transpose::no, run.rows * inner, i, o, 1.0,
                    c.dy.data + run.dy_row * inner * o, o, weight(), i, 0.0,
                    c.dx[0].data + run.dx_row * inner * i, i, {},
                    {.mask = c.inputs[0].data + run.value_row * inner * i});
  }

  NarrowMatrix matrix() const override {
    return {weight(), count_ == 2 ? owned_[1]->value.data : nullptr, inputs(), outputs()};
  }

  // dW = dY' X, db = dY' 1
  void parameter_gradient(const GradientContext& c) const override {
    const Index o = outputs();
    if (c.sinks[0].data != nullptr) parameter_gradient_started(c, {});
    if (count_ == 2 && c.sinks[1].data != nullptr) {
      const Sink& b = c.sinks[1];
      matrix::column_sums(c.dy.data, c.dy.size() / o, o, b.alpha, b.beta, b.data);
    }
  }
  void parameter_gradient_started(const GradientContext& c, const Start& start) const override {
    const Index i = inputs(), o = outputs();
    const Sink& w = c.sinks[0];
    precision::gemm(Transpose::yes, Transpose::no, o, i, c.dy.size() / o, w.alpha, c.dy.data, o,
                    c.inputs[0].data, i, w.beta, w.data, i, w.finish, {}, start);
  }

  // Y' = X' W' + X dW' + 1 db'; with dW = G' Z of another batch: X dW' = (X Z') G
  void tangent(const TangentContext& c) const override {
    const Index i = inputs(), o = outputs(), rows = c.dy.size() / o;
    const real* const db = count_ == 2 ? c.moves[1].data : nullptr;
    if (c.dx[0].data != nullptr) {
      precision::gemm(Transpose::no, Transpose::yes, rows, o, i, 1.0, c.dx[0].data, i, weight(), i,
                      0.0, c.dy.data, o, {}, {.bias = db});
    } else if (db != nullptr) {
      matrix::fill_rows(c.dy.data, rows, o, db);
    } else {
      matrix::fill(rows * o, real{0}, c.dy.data);
    }
    if (c.moves[0].data != nullptr) {
      precision::gemm(Transpose::no, Transpose::yes, rows, o, i, 1.0, c.inputs[0].data, i,
                      c.moves[0].data, i, 1.0, c.dy.data, o);
    }
    real* const products = reinterpret_cast<real*>(c.workspace.data());
    for (const UnformedGradient& g : c.unformed[0]) {
      const Index more = g.dy.size() / o;
      precision::gemm(Transpose::no, Transpose::yes, rows, more, i, 1.0, c.inputs[0].data, i,
                      g.input.data, i, 0.0, products, more);
      precision::gemm(Transpose::no, Transpose::no, rows, o, more, 1.0, products, more, g.dy.data,
                      o, 1.0, c.dy.data, o);
    }
  }

  // Where rows are few against the weights.
  bool takes_unformed(int k, const Geometry& g) const override {
    return k == 0 && rows_of(g) * (inputs() + outputs()) < 2 * inputs() * outputs();
  }
  std::size_t tangent_workspace(const Geometry& g) const override {
    const auto products = static_cast<std::size_t>(rows_of(g) * rows_of(g));
    return takes_unformed(0, g) ? products * sizeof(real) : 0;
  }

  bool finishes(int k) const override { return k == 0; }

  bool gram_forms() const override { return false; }
  void gram(const GramContext& c) const override {
    linear_gram(c, inputs(), outputs(), c.includes[0] != 0, count_ == 2 && c.includes[1] != 0);
  }

  bool reads_input(int /*k*/) const override { return true; }

  Footprint footprint(const Geometry& g) const override {
    return {.saved = 0, .workspace = g.gram ? linear_gram_workspace(g, inputs(), outputs()) : 0};
  }

  double flops(const Geometry& g) const override {
    return 2.0 * static_cast<double>(g.output.shape.size()) * static_cast<double>(inputs());
  }

 private:
  void write_output(const OpContext& c, bool rectify) const {
    const Index i = inputs(), o = outputs(), rows = c.output.size() / o;
    precision::gemm(Transpose::no, Transpose::yes, rows, o, i, 1.0, c.inputs[0].data, i, weight(),
                    i, 0.0, c.output.data, o, {},
                    {.bias = count_ == 2 ? owned_[1]->value.data : nullptr, .rectify = rectify});
  }

  Index rows_of(const Geometry& g) const { return g.output.shape.size() / outputs(); }
  Index inputs() const { return owned_[0]->value.shape[1]; }
  Index outputs() const { return owned_[0]->value.shape[0]; }
  const real* weight() const { return owned_[0]->value.data; }

  std::array<Parameter*, 2> owned_;  // weight, bias (or null)
  std::size_t count_;
};

}  // namespace

Var linear(Tape& tape, Var x, Parameter& weight, Parameter* bias) {
  return tape.record(std::make_unique<Linear>(weight, bias), {x});
}

}  // namespace espalier
