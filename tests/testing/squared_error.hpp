#pragma once

#include <cmath>

#include "espalier/op.hpp"

namespace espalier::test {

/// A mean squared error, over: the labelled rows; all rows, which is wrong where labels are
/// missing; the labelled rows even where there are none, which is 0 / 0.
class SquaredError final : public Op {
 public:
  enum class Over { labelled, all_rows, unguarded };
  SquaredError(Over over, double backward_factor) : over_(over), factor_(backward_factor) {}

  std::string_view name() const override { return "squared_error"; }
  RowRule row_rule() const override { return RowRule::reduce; }
  ValueInfo infer(std::span<const ValueInfo> /*inputs*/) const override {
    return {{1}, Dtype::floating};
  }

  void forward(const OpContext& c) const override {
    const Tensor &p = c.inputs[0], &t = c.inputs[1];
    double sum = 0.0;
    for (Index i = 0; i < p.size(); ++i) {
      if (!std::isnan(t.data[i])) sum += squared(static_cast<double>(p.data[i] - t.data[i]));
    }
    c.output.data[0] = static_cast<real>(sum / count(t));
  }

  // dp = 2 (p - t) / n
  void backward(const BackwardContext& c) const override {
    const Tensor &p = c.inputs[0], &t = c.inputs[1];
    const double n = count(t), row = static_cast<double>(p.shape.row_size());
    for (const Run& run : c.runs[0]) {
      for (Index i = 0; i < run.rows * static_cast<Index>(row); ++i) {
        const Index at = run.value_row * static_cast<Index>(row) + i;
        const double error = static_cast<double>(p.data[at] - t.data[at]);
        const double dy = factor_ * static_cast<double>(c.dy.data[run.dy_row]);
        const real dx = std::isnan(error) ? real{0} : static_cast<real>(dy * 2.0 * error / n);
        real& to = c.dx[0].data[run.dx_row * static_cast<Index>(row) + i];
        to = run.accumulate ? to + dx : dx;
      }
    }
  }

 private:
  static double squared(double x) { return x * x; }
  double count(const Tensor& t) const {
    double labelled = 0.0;
    for (const real x : t.span()) labelled += std::isnan(x) ? 0.0 : 1.0;
    if (over_ == Over::all_rows) return static_cast<double>(t.size());
    return over_ == Over::labelled && labelled == 0.0 ? 1.0 : labelled;
  }

  Over over_;
  double factor_;
};

}  // namespace espalier::test
