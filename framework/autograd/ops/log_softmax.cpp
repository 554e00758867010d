#include <algorithm>
#include <cmath>

#include "autograd/ops/check.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"
#include "tensor/elementwise.hpp"
#include "tensor/sums.hpp"

namespace espalier {

namespace {

class LogSoftmax final : public Op, public HasTangent {
 public:
  std::string_view name() const override { return "log_softmax"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    check::that(in[0].shape.rank() >= 2, name(), "rows of scores (N, ..., C)", in[0].shape);
    return in[0];
  }

  // y = x - log sum exp x, over the last axis
  void forward(const OpContext& c) const override {
    const Index classes = c.output.shape[-1];
    for (Index at = 0, n = c.output.size(); at < n; at += classes) {
      const real* x = c.inputs[0].data + at;
      real* y = c.output.data + at;
      const elementwise::LogSumExp total = elementwise::log_sum_exp(classes, x);
      const auto log_of_sum = static_cast<real>(total.log_of_sum);
      for (Index i = 0; i < classes; ++i) y[i] = (x[i] - total.maximum) - log_of_sum;
    }
  }

  // dx = dy - exp(y) sum dy
  void backward(const BackwardContext& c) const override {
    const Index classes = c.output.shape[-1], row = c.output.shape.row_size();
    for (const Run& run : c.runs[0]) {
      for (Index at = 0; at < run.rows * row; at += classes) {
        row_backward(classes, c.output.data + run.value_row * row + at,
                     c.dy.data + run.dy_row * row + at, run.accumulate,
                     c.dx[0].data + run.dx_row * row + at);
      }
    }
  }

  // y' = x' - <exp(y), x'>
  void tangent(const TangentContext& c) const override {
    const Index classes = c.output.shape[-1];
    for (Index at = 0; at < c.dy.size(); at += classes) {
      const real *y = c.output.data + at, *dx = c.dx[0].data + at;
      const auto mean = static_cast<real>(sum_of(classes, [&](Index i) {
        return std::exp(static_cast<double>(y[i])) * static_cast<double>(dx[i]);
      }));
      for (Index i = 0; i < classes; ++i) c.dy.data[at + i] = dx[i] - mean;
    }
  }

  bool reads_input(int /*k*/) const override { return false; }
  bool reads_output() const override { return true; }
  bool in_place() const override { return true; }

 private:
  static void row_backward(Index classes, const real* y, const real* dy, bool accumulate,
                           real* dx) {
    constexpr Index kBlock = 256;
    real p[kBlock];
    const auto sum =
        static_cast<real>(sum_of(classes, [&](Index i) { return static_cast<double>(dy[i]); }));
    for (Index first = 0; first < classes; first += kBlock) {
      const Index count = std::min(kBlock, classes - first);
      elementwise::exp(count, y + first, p);
      for (Index i = 0; i < count; ++i) {
        const real d = dy[first + i] - p[i] * sum;
        dx[first + i] = accumulate ? dx[first + i] + d : d;
      }
    }
  }
};

}  // namespace

Var log_softmax(Tape& tape, Var x) { return tape.record(std::make_unique<LogSoftmax>(), {x}); }

}  // namespace espalier
