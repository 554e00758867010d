// A head of several outputs: the median of a number, and the ends of an interval that the number
// should lie in so often. Explained in docs/cookbook.md.
#include <algorithm>
#include <array>
#include <cmath>

#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

constexpr Index kOutputs = 3;  // lower end, median, upper end
using Levels = std::array<double, kOutputs>;

/// Pinball loss, whose minimum is a quantile (Koenker & Bassett 1978). predictions (N, 3), targets
/// (N, 1); NaN is missing.
class Pinball final : public Op {
 public:
  explicit Pinball(const Levels& levels) : levels_(levels) {}

  std::string_view name() const override { return "pinball"; }
  RowRule row_rule() const override { return RowRule::reduce; }
  ValueInfo infer(std::span<const ValueInfo> in) const override {
    if (in[0].shape[-1] == kOutputs && in[1].shape.row_size() == 1) return {Shape{1}};
    throw ShapeError("[pinball] expected predictions (N, 3) and targets (N, 1), found " +
                     to_string(in[0].shape) + " and " + to_string(in[1].shape));
  }

  // L = mean over labelled rows of sum_j max(q_j d, (q_j - 1) d),  d = t - p_j
  void forward(const OpContext& c) const override {
    double sum = 0.0;
    for (Index row = 0; row < c.inputs[1].size(); ++row) {
      const auto t = static_cast<double>(c.inputs[1].data[row]);
      if (std::isnan(t)) continue;
      for (Index j = 0; j < kOutputs; ++j) {
        const double d = t - static_cast<double>(c.inputs[0].data[row * kOutputs + j]);
        sum += std::max(level(j) * d, (level(j) - 1.0) * d);
      }
    }
    c.output.data[0] = static_cast<real>(sum / labelled(c));
  }

  // dp_j = dL / labelled (p_j < t ? -q_j : 1 - q_j)
  void backward(const BackwardContext& c) const override {
    for (const Run& run : c.runs[0]) {
      const double scale = static_cast<double>(c.dy.data[run.dy_row]) / labelled(c);
      for (Index i = 0; i < run.rows * kOutputs; ++i) {
        const real t = c.inputs[1].data[run.value_row + i / kOutputs];
        const real p = c.inputs[0].data[run.value_row * kOutputs + i];
        const double q = level(i % kOutputs);
        const auto g = static_cast<real>(std::isnan(t) ? 0.0 : scale * (p < t ? -q : 1.0 - q));
        real& dp = c.dx[0].data[run.dx_row * kOutputs + i];
        dp = run.accumulate ? dp + g : g;
      }
    }
  }

 private:
  double level(Index j) const { return levels_[static_cast<std::size_t>(j)]; }
  static double labelled(const OpContext& c) {
    const auto targets = c.inputs[1].span();
    const auto count = std::ranges::count_if(targets, [](real t) { return !std::isnan(t); });
    return static_cast<double>(std::max<std::ptrdiff_t>(count, 1));  // all missing: loss 0
  }

  Levels levels_;
};

/// Share of targets inside of their interval.
class Inside final : public Metric {
 public:
  Inside() : Metric(2) {}  // inside, labelled
  std::string_view name() const override { return "inside"; }
  bool higher_is_better() const override { return true; }
  void add(const ConstTensor& prediction, const Target& target) override {
    for (Index row = 0; row < prediction.shape[0]; ++row) {
      const real t = target.values.data[row];
      const real* p = prediction.data + row * kOutputs;
      if (std::isnan(t)) continue;
      sums()[0] += p[0] <= t && t <= p[2] ? 1.0 : 0.0;
      sums()[1] += 1.0;
    }
  }
  double value() const override { return sums()[0] / sums()[1]; }
};

/// Mean distance of the median from the target.
class MedianError final : public Metric {
 public:
  MedianError() : Metric(2) {}  // sum, labelled
  std::string_view name() const override { return "median_error"; }
  bool higher_is_better() const override { return false; }
  void add(const ConstTensor& prediction, const Target& target) override {
    for (Index row = 0; row < prediction.shape[0]; ++row) {
      const auto t = static_cast<double>(target.values.data[row]);
      const double d = t - static_cast<double>(prediction.data[row * kOutputs + 1]);
      if (std::isnan(d)) continue;
      sums()[0] += std::abs(d);
      sums()[1] += 1.0;
    }
  }
  double value() const override { return sums()[0] / sums()[1]; }
};

class IntervalTask final : public Task {
 public:
  void fields(Fields& f) override {
    f.number({"coverage", "share of targets that the interval should hold"}, coverage_,
             {.at_least = 0.01, .at_most = 0.99});
  }
  std::string default_target() const override { return "targets"; }
  void accept(const TargetColumn& column) override {
    if (column.dtype == Dtype::floating && column.sample.size() == 1) return;
    throw DataError("expected one real number an example in column '" + column.name +
                    "', found labels or several numbers");
  }
  // A layer for each output on a hidden layer of all; joined, they are one prediction (N, 3).
  Var head(const Net& net, Var features) const override {
    const Var x = linear(net, "hidden", flatten(net, features), {.units = 32});
    const Var h = tanh(net, x);
    std::vector<Var> outputs;
    for (const char* name : {"lower", "median", "upper"}) {
      outputs.push_back(linear(net, name, h, {.units = 1}));
    }
    return concat(net, outputs, 1);
  }
  Var loss(const Net& net, Var prediction, Var target) const override {
    const double outside = (1.0 - coverage_) / 2.0;
    const Levels levels = {outside, 0.5, 1.0 - outside};
    return net.tape().record(std::make_unique<Pinball>(levels), {prediction, target});
  }
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(std::make_unique<MedianError>());
    all.push_back(std::make_unique<Inside>());
    return all;
  }

 private:
  double coverage_ = 0.8;
};

}  // namespace

ESPALIER_PLUGIN(IntervalTask, "interval", "the median of a number, and an interval around it");
