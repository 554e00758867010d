// A task with an op of its own: regression under the log-cosh loss. Explained in docs/add-an-op.md.
#include <algorithm>
#include <cmath>

#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// Mean over the targets that are there (a missing one is NaN) of log cosh(prediction - target).
class LogCosh final : public Op {
 public:
  std::string_view name() const override { return "log_cosh"; }
  RowRule row_rule() const override { return RowRule::reduce; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    if (in[0].shape != in[1].shape) {
      throw ShapeError("[log_cosh] expected predictions and targets of one shape, found " +
                       to_string(in[0].shape) + " and " + to_string(in[1].shape));
    }
    return {Shape{1}, Dtype::floating};
  }

  // L = 1/n sum log cosh d,  d = p - t;  log cosh d = |d| + log(1 + exp(-2|d|)) - log 2
  void forward(const OpContext& c) const override {
    double sum = 0.0;
    for (Index i = 0; i < c.inputs[0].size(); ++i) {
      const double d = std::abs(static_cast<double>(c.inputs[0].data[i] - c.inputs[1].data[i]));
      if (!std::isnan(d)) sum += d + std::log1p(std::exp(-2.0 * d)) - std::log(2.0);
    }
    c.output.data[0] = static_cast<real>(sum / count(c.inputs[1]));
  }

  // dp = dL / n tanh d
  void backward(const BackwardContext& c) const override {
    const Index row = c.inputs[0].shape.row_size();
    const auto n = static_cast<real>(count(c.inputs[1]));
    for (const Run& run : c.runs[0]) {
      const real scale = c.dy.data[run.dy_row] / n;
      const real* p = c.inputs[0].data + run.value_row * row;
      const real* t = c.inputs[1].data + run.value_row * row;
      real* dp = c.dx[0].data + run.dx_row * row;
      for (Index i = 0; i < run.rows * row; ++i) {
        const real g = std::isnan(t[i]) ? real{0} : scale * std::tanh(p[i] - t[i]);
        dp[i] = run.accumulate ? dp[i] + g : g;
      }
    }
  }

 private:
  static double count(const Tensor& targets) {
    const auto there = std::ranges::count_if(targets.span(), [](real t) { return !std::isnan(t); });
    return std::max(1.0, static_cast<double>(there));  // none: loss 0
  }
};

class LogCoshTask final : public Task {
 public:
  std::string default_target() const override { return "targets"; }
  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::floating) {
      throw DataError("expected reals in column '" + column.name + "', found integer labels");
    }
    outputs_ = column.sample.size();
  }
  Var head(const Net& net, Var features) const override {
    return linear(net, "output", features, {.units = outputs_});
  }
  Var loss(const Net& net, Var prediction, Var target) const override {
    return net.tape().record(std::make_unique<LogCosh>(), {prediction, target});
  }
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(make_rmse());
    return all;
  }

 private:
  Index outputs_ = 1;
};

}  // namespace

ESPALIER_PLUGIN(LogCoshTask, "log_cosh", "regression under the log-cosh loss");
