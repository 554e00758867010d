#pragma once

#include <algorithm>
#include <string>

#include "autograd/ops/check.hpp"
#include "tensor/sums.hpp"

namespace espalier {

/// The mean over elements of a function of prediction and target; NaN targets are missing and count
/// nowhere. F says what the function is, for n elements at a time:
///   value(n, p, t, y): y = f(p, t);   slope(n, p, t, d): d = df/dp;
///   target_slope(n, p, t, d): d = df/dt
template <class F>
class ElementwiseLoss final : public Op {
 public:
  explicit ElementwiseLoss(std::string name, F function = {})
      : name_(std::move(name)), function_(function) {}

  std::string_view name() const override { return name_; }
  RowRule row_rule() const override { return RowRule::reduce; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_inputs(name(), in);
    check::same_shape(name(), "targets", in[0].shape, in[1].shape);
    return {Shape{1}, Dtype::floating};
  }

  // y = sum over labelled f / labelled
  void forward(const OpContext& c) const override {
    double sum = 0.0, labelled = 0.0;
    for_blocks(c.inputs[0].size(), [&](Index first, Index n, real* f) {
      const real* t = c.inputs[1].data + first;
      function_.value(n, c.inputs[0].data + first, t, f);
      sum += sum_of(n, [&](Index i) { return static_cast<double>(where_labelled(t[i], f[i])); });
      labelled += sum_of(n, [&](Index i) { return t[i] == t[i] ? 1.0 : 0.0; });
    });
    this->labelled(c) = labelled;
    c.output.data[0] = static_cast<real>(sum / std::max(1.0, labelled));
  }

  // dp = dy / labelled df/dp, dt = dy / labelled df/dt
  void backward(const BackwardContext& c) const override {
    const Index row = c.inputs[0].shape.row_size();
    for (std::size_t k = 0; k < 2; ++k) {
      for (const Run& run : c.runs[k]) {
        const real* p = c.inputs[0].data + run.value_row * row;
        const real* t = c.inputs[1].data + run.value_row * row;
        real* dx = c.dx[k].data + run.dx_row * row;
        const real factor = c.dy.data[run.dy_row] / static_cast<real>(std::max(1.0, labelled(c)));
        for_blocks(run.rows * row, [&](Index first, Index n, real* d) {
          if (k == 0) {
            function_.slope(n, p + first, t + first, d);
          } else {
            function_.target_slope(n, p + first, t + first, d);
          }
          write(n, factor, d, t + first, run.accumulate, dx + first);
        });
      }
    }
  }

  Footprint footprint(const Geometry& /*g*/) const override {
    return {.saved = sizeof(double), .workspace = 0};
  }
  double flops(const Geometry& g) const override {
    return 4.0 * static_cast<double>(g.inputs[0].shape.size());
  }

 private:
  static double& labelled(const OpContext& c) { return *reinterpret_cast<double*>(c.saved.data()); }

  // Calls f(first, n, room for n numbers): the numbers stay in the first-level cache.
  template <class G>
  static void for_blocks(Index size, G f) {
    constexpr Index kBlock = 512;
    real block[kBlock];
    for (Index first = 0; first < size; first += kBlock) {
      f(first, std::min(kBlock, size - first), block);
    }
  }

  static real where_labelled(real t, real x) { return t == t ? x : 0; }

  static void write(Index n, real factor, const real* d, const real* __restrict t, bool accumulate,
                    real* __restrict dx) {
    if (accumulate) {
      for (Index i = 0; i < n; ++i) dx[i] += where_labelled(t[i], factor * d[i]);
    } else {
      for (Index i = 0; i < n; ++i) dx[i] = where_labelled(t[i], factor * d[i]);
    }
  }

  std::string name_;
  F function_;
};

/// The F of a loss of the difference d = p - t alone, from value(d) and slope(d).
template <class D>
struct OfDifference {
  D of;

  void value(Index n, const real* __restrict p, const real* __restrict t, real* y) const {
    for (Index i = 0; i < n; ++i) y[i] = of.value(p[i] - t[i]);
  }
  void slope(Index n, const real* __restrict p, const real* __restrict t, real* d) const {
    for (Index i = 0; i < n; ++i) d[i] = of.slope(p[i] - t[i]);
  }
  void target_slope(Index n, const real* __restrict p, const real* __restrict t, real* d) const {
    for (Index i = 0; i < n; ++i) d[i] = -of.slope(p[i] - t[i]);
  }
};

}  // namespace espalier
