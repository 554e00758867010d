#include <algorithm>
#include <array>
#include <cmath>

#include "autograd/ops/check.hpp"
#include "autograd/ops/sink.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"
#include "tensor/sums.hpp"

namespace espalier {

namespace {

class LayerNorm final : public Op, public HasTangent {
 public:
  LayerNorm(Parameter& scale, Parameter& shift, double epsilon)
      : owned_{&scale, &shift}, epsilon_(epsilon) {}

  std::string_view name() const override { return "layer_norm"; }
  std::span<Parameter* const> parameters() const override { return owned_; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    check::that(in[0].shape.rank() >= 2, name(), "rows of features (N, ..., C)", in[0].shape);
    const Shape features{in[0].shape[-1]};
    check::same_shape(name(), "scale", features, owned_[0]->value.shape);
    check::same_shape(name(), "shift", features, owned_[1]->value.shape);
    return in[0];
  }

  // y = scale x^ + shift, x^ = (x - mean) / sqrt(variance + epsilon) over the last axis
  void forward(const OpContext& c) const override {
    const Index n = c.output.shape[-1], vectors = c.output.size() / n;
    parallel::for_rows(vectors, n, [&](Index begin, Index end) {
      for (Index v = begin; v < end; ++v) {
        moments(c)[v] = normalise(n, c.inputs[0].data + v * n, c.output.data + v * n);
      }
    });
  }

  // dx = (g - mean g - x^ mean(g x^)) / std with g = scale dy
  void backward(const BackwardContext& c) const override {
    const Index n = c.dy.shape[-1], inner = c.dy.shape.row_size() / n;
    for (const Run& run : c.runs[0]) {
      parallel::for_rows(run.rows * inner, n, [&](Index begin, Index end) {
        for (Index v = begin; v < end; ++v) {
          const Index at = run.value_row * inner + v;
          vector_backward(n, c.inputs[0].data + at * n, moments(c)[at],
                          c.dy.data + (run.dy_row * inner + v) * n, run.accumulate,
                          c.dx[0].data + (run.dx_row * inner + v) * n);
        }
      });
    }
  }

  // y' = scale (x' - mean x' - x^ mean(x' x^)) / std + scale' x^ + shift'
  void tangent(const TangentContext& c) const override {
    const Index n = c.dy.shape[-1];
    parallel::for_rows(c.dy.size() / n, n, [&](Index begin, Index end) {
      for (Index v = begin; v < end; ++v) {
        const real* const dx = c.dx[0].data != nullptr ? c.dx[0].data + v * n : nullptr;
        vector_tangent(c, n, c.inputs[0].data + v * n, moments(c)[v], dx, c.dy.data + v * n);
      }
    });
  }

  // dscale = sum dy x^, dshift = sum dy
  void parameter_gradient(const GradientContext& c) const override {
    constexpr Index kBlock = 256;  // features at a time: their sums stay in the first-level cache
    const Index n = c.dy.shape[-1], inner = c.dy.shape.row_size() / n;
    const Moments* const m = moments(c) + c.first_row * inner;
    for (Index first = 0; first < n; first += kBlock) {
      const Index count = std::min(kBlock, n - first);
      double sum[kBlock] = {}, dot[kBlock] = {};
      for (Index v = 0; v < c.rows * inner; ++v) {
        const real* __restrict x = c.inputs[0].data + v * n + first;
        const real* __restrict dy = c.dy.data + v * n + first;
        const real mean = m[v].mean, inverse = m[v].inverse;
        for (Index i = 0; i < count; ++i) {
          sum[i] += static_cast<double>(dy[i]);
          dot[i] += static_cast<double>(dy[i] * ((x[i] - mean) * inverse));
        }
      }
      write_sink(c.sinks[0], first, count, dot);
      write_sink(c.sinks[1], first, count, sum);
    }
  }

  Footprint footprint(const Geometry& g) const override {
    const Index vectors = g.output.shape.size() / g.output.shape[-1];
    return {.saved = static_cast<std::size_t>(vectors) * sizeof(Moments),
            .workspace = formed_gram_workspace(g)};
  }
  double flops(const Geometry& g) const override {
    return 8.0 * static_cast<double>(g.output.shape.size());
  }

 private:
  struct Moments {
    real mean, inverse;  // inverse of the standard deviation
  };

  Moments normalise(Index n, const real* __restrict x, real* __restrict y) const {
    const real* __restrict scale = owned_[0]->value.data;
    const real* __restrict shift = owned_[1]->value.data;
    const double mean =
        sum_of(n, [&](Index i) { return static_cast<double>(x[i]); }) / static_cast<double>(n);
    const double square = sum_of(n, [&](Index i) {
      const double d = static_cast<double>(x[i]) - mean;
      return d * d;
    });
    const double inverse = 1.0 / std::sqrt(square / static_cast<double>(n) + epsilon_);
    const Moments m{static_cast<real>(mean), static_cast<real>(inverse)};
    for (Index i = 0; i < n; ++i) y[i] = (x[i] - m.mean) * m.inverse * scale[i] + shift[i];
    return m;
  }

  static Moments* moments(const OpContext& c) { return reinterpret_cast<Moments*>(c.saved.data()); }

  void vector_backward(Index n, const real* __restrict x, const Moments& m,
                       const real* __restrict dy, bool accumulate, real* __restrict dx) const {
    const real* __restrict scale = owned_[0]->value.data;
    const double sum = sum_of(n, [&](Index i) { return static_cast<double>(scale[i] * dy[i]); });
    const double dot = sum_of(n, [&](Index i) {
      return static_cast<double>(scale[i] * dy[i] * ((x[i] - m.mean) * m.inverse));
    });
    const auto mean_g = static_cast<real>(sum / static_cast<double>(n));
    const auto mean_dot = static_cast<real>(dot / static_cast<double>(n));
    for (Index i = 0; i < n; ++i) {
      const real normal = (x[i] - m.mean) * m.inverse;
      const real d = m.inverse * (scale[i] * dy[i] - mean_g - normal * mean_dot);
      dx[i] = accumulate ? dx[i] + d : d;
    }
  }

  void vector_tangent(const TangentContext& c, Index n, const real* x, const Moments& m,
                      const real* dx, real* __restrict dy) const {
    const real* __restrict scale = owned_[0]->value.data;
    const auto normal = [&](Index i) { return (x[i] - m.mean) * m.inverse; };
    double mean = 0.0, dot = 0.0;
    if (dx != nullptr) {
      mean = sum_of(n, [&](Index i) { return static_cast<double>(dx[i]); });
      dot = sum_of(n, [&](Index i) { return static_cast<double>(dx[i] * normal(i)); });
    }
    const auto mean_dx = static_cast<real>(mean / static_cast<double>(n));
    const auto mean_dot = static_cast<real>(dot / static_cast<double>(n));
    for (Index i = 0; i < n; ++i) {
      const real d = dx != nullptr ? dx[i] - mean_dx - normal(i) * mean_dot : real{0};
      dy[i] = scale[i] * m.inverse * d;
    }
    if (c.moves[0].data == nullptr) return;
    for (Index i = 0; i < n; ++i) dy[i] += c.moves[0].data[i] * normal(i) + c.moves[1].data[i];
  }

  std::array<Parameter*, 2> owned_;  // scale, shift
  double epsilon_;
};

}  // namespace

Var layer_norm(Tape& tape, Var x, Parameter& scale, Parameter& shift, double epsilon) {
  return tape.record(std::make_unique<LayerNorm>(scale, shift, epsilon), {x});
}

}  // namespace espalier
