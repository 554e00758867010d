// The 2-D problem on which balancing methods are compared (Liu et al. 2021, "Conflict-Averse
// Gradient Descent", appendix; Navon et al. 2022, "Nash-MTL"), as their published code computes it,
// which has +tanh in f2 where the papers print -tanh. Over the trunk's features x = (x1, x2), M =
// 5e-6:
//   f1 = log max(|(-x1 - 7) / 2 - tanh(-x2)|, M) + 6
//   f2 = log max(|(-x1 + 3) / 2 + tanh(-x2) + 2|, M) + 6
//   q1 = ((-x1 + 7)^2 + 0.1 (-x2 - 8)^2) / 10 - 20
//   q2 = ((-x1 - 7)^2 + 0.1 (-x2 - 8)^2) / 10 - 20
//   c1 = max(tanh(x2 / 2), 0)      c2 = max(tanh(-x2 / 2), 0)
//   L1 = scale (f1 c1 + q1 c2)     L2 = scale (f2 c1 + q2 c2)
#include <algorithm>
#include <cmath>

#include "espalier/plugin.hpp"

using namespace espalier;

namespace {

/// A number and its derivatives in x1 and x2.
struct Jet {
  double value, d1, d2;
};

/// log max(|u|, M) + 6
Jet valley(const Jet& u) {
  constexpr double kLeast = 5e-6;
  if (std::abs(u.value) <= kLeast) return {std::log(kLeast) + 6.0, 0.0, 0.0};
  return {std::log(std::abs(u.value)) + 6.0, u.d1 / u.value, u.d2 / u.value};
}

/// max(tanh(sign x2 / 2), 0). Where both are 0 the slope is the mean of theirs, as PyTorch's.
Jet gate(double sign, double x2) {
  const double t = std::tanh(0.5 * sign * x2);
  const double share = t > 0.0 ? 1.0 : t == 0.0 ? 0.5 : 0.0;
  return {std::max(t, 0.0), 0.0, share * 0.5 * sign * (1.0 - t * t)};
}

/// L1 (objective 1) or L2 (objective 2) at scale 1.
Jet objective_at(Index objective, double x1, double x2) {
  const bool first = objective == 1;
  const double t = std::tanh(x2), slope = 1.0 - t * t;
  const Jet f = valley(first ? Jet{0.5 * (-x1 - 7.0) + t, -0.5, slope}
                             : Jet{0.5 * (-x1 + 3.0) - t + 2.0, -0.5, -slope});
  const double off = first ? x1 - 7.0 : x1 + 7.0, below = x2 + 8.0;
  const Jet q = {(off * off + 0.1 * below * below) / 10.0 - 20.0, off / 5.0, below / 50.0};
  const Jet c1 = gate(1.0, x2), c2 = gate(-1.0, x2);
  return {f.value * c1.value + q.value * c2.value, f.d1 * c1.value + q.d1 * c2.value,
          f.d2 * c1.value + f.value * c1.d2 + q.d2 * c2.value + q.value * c2.d2};
}

/// Mean of one objective over rows, computed in double.
class ToyObjective final : public Op {
 public:
  ToyObjective(Index objective, double scale) : objective_(objective), scale_(scale) {}

  std::string_view name() const override { return "toy_objective"; }
  RowRule row_rule() const override { return RowRule::reduce; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    const Shape& x = in[0].shape;
    if (in[0].dtype != Dtype::floating || x.rank() != 2 || x[1] != 2) {
      throw ShapeError("[toy_objective] expected two real features (N, 2), found " + to_string(x));
    }
    return {Shape{1}, Dtype::floating};
  }

  void forward(const OpContext& c) const override {
    const Index rows = c.inputs[0].shape[0];
    double sum = 0.0;
    for (Index i = 0; i < rows; ++i) sum += at(c.inputs[0].data + 2 * i).value;
    c.output.data[0] = static_cast<real>(scale_ * sum / static_cast<double>(rows));
  }

  // dx = dL / n scale (dL/dx1, dL/dx2)
  void backward(const BackwardContext& c) const override {
    const auto rows = static_cast<double>(c.inputs[0].shape[0]);
    for (const Run& run : c.runs[0]) {
      const double factor = scale_ * static_cast<double>(c.dy.data[run.dy_row]) / rows;
      for (Index i = 0; i < run.rows; ++i) {
        const Jet jet = at(c.inputs[0].data + 2 * (run.value_row + i));
        real* const dx = c.dx[0].data + 2 * (run.dx_row + i);
        const real d1 = static_cast<real>(factor * jet.d1), d2 = static_cast<real>(factor * jet.d2);
        dx[0] = run.accumulate ? dx[0] + d1 : d1;
        dx[1] = run.accumulate ? dx[1] + d2 : d2;
      }
    }
  }

 private:
  Jet at(const real* x) const {
    return objective_at(objective_, static_cast<double>(x[0]), static_cast<double>(x[1]));
  }

  Index objective_;
  double scale_;
};

/// Where the trunk stands: the mean of one feature. Not a score: neither more nor less is better.
class Coordinate final : public Metric {
 public:
  explicit Coordinate(int axis) : Metric(2), axis_(axis) {}
  std::string_view name() const override { return axis_ == 0 ? "x1" : "x2"; }
  bool higher_is_better() const override { return false; }
  void add(const ConstTensor& prediction, const Target& /*target*/) override {
    for (Index i = 0; i < prediction.shape[0]; ++i) {
      sums()[0] += static_cast<double>(prediction.data[2 * i + axis_]);
      sums()[1] += 1.0;
    }
  }
  double value() const override { return sums()[0] / sums()[1]; }

 private:
  int axis_;
};

/// One of the two objectives; the trunk's features are the prediction, and there is no target.
class ToyObjectives final : public Task {
 public:
  void fields(Fields& f) override {
    f.integer({"objective", "which of the two: 1 or 2", true}, objective_,
              {.at_least = 1, .at_most = 2});
    f.number({"scale", "multiplies the objective"}, scale_, {.at_least = 0.0, .above = true});
  }
  std::string default_target() const override { return "none"; }
  void accept(const TargetColumn& /*column*/) override {}
  Var head(const Net& /*net*/, Var features) const override { return features; }
  Var loss(const Net& net, Var prediction, Var /*target*/) const override {
    return net.tape().record(std::make_unique<ToyObjective>(objective_, scale_), {prediction});
  }
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> both;
    for (const int axis : {0, 1}) both.push_back(std::make_unique<Coordinate>(axis));
    return both;
  }

 private:
  Index objective_ = 1;
  double scale_ = 1.0;
};

}  // namespace

ESPALIER_PLUGIN(ToyObjectives, "toy_objectives",
                "one of two objectives over two features: the 2-D problem of CAGrad and Nash-MTL");
