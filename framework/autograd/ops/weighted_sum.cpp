#include <algorithm>

#include "autograd/ops/check.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"
#include "tensor/sums.hpp"

namespace espalier {

namespace {

// Input 0 holds the weights (N, E), inputs 1 to E the values.
class WeightedSum final : public Op, public HasTangent {
 public:
  std::string_view name() const override { return "weighted_sum"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_inputs(name(), in);
    const auto values = static_cast<Index>(in.size()) - 1;
    if (values < 1) check::fail(name(), "at least one value", "none");
    check::same_shape(name(), "weights", Shape{in[1].shape[0], values}, in[0].shape);
    for (std::size_t e = 2; e < in.size(); ++e) {
      check::same_shape(name(), "values like the first", in[1].shape, in[e].shape);
    }
    return in[1];
  }

  // y_n = sum_e g_ne x_e,n
  void forward(const OpContext& c) const override {
    const Index row = c.output.shape.row_size(), experts = c.inputs[0].shape[1];
    parallel::for_rows(c.output.shape[0], row, [&](Index begin, Index end) {
      for (Index n = begin; n < end; ++n) {
        const real* const g = c.inputs[0].data + n * experts;
        real* __restrict y = c.output.data + n * row;
        for (Index e = 0; e < experts; ++e) {
          add(row, g[e], c.inputs[static_cast<std::size_t>(e) + 1].data + n * row, y, e > 0);
        }
      }
    });
  }

  // dg_ne = <dy_n, x_e,n>; dx_e,n = g_ne dy_n
  void backward(const BackwardContext& c) const override {
    const Index row = c.dy.shape.row_size(), experts = c.inputs[0].shape[1];
    for (const Run& run : c.runs[0]) {
      parallel::for_rows(run.rows, row * experts, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
          const real* const dy = c.dy.data + (run.dy_row + i) * row;
          real* const dg = c.dx[0].data + (run.dx_row + i) * experts;
          for (Index e = 0; e < experts; ++e) {
            const real* const x =
                c.inputs[static_cast<std::size_t>(e) + 1].data + (run.value_row + i) * row;
            const real product = dot(row, dy, x);
            dg[e] = run.accumulate ? dg[e] + product : product;
          }
        }
      });
    }
    for (Index e = 0; e < experts; ++e) {
      const auto k = static_cast<std::size_t>(e) + 1;
      for (const Run& run : c.runs[k]) {
        parallel::for_rows(run.rows, row, [&](Index begin, Index end) {
          for (Index i = begin; i < end; ++i) {
            add(row, c.inputs[0].data[(run.value_row + i) * experts + e],
                c.dy.data + (run.dy_row + i) * row, c.dx[k].data + (run.dx_row + i) * row,
                run.accumulate);
          }
        });
      }
    }
  }

  // y'_n = sum_e g'_ne x_e,n + g_ne x'_e,n
  void tangent(const TangentContext& c) const override {
    const Index row = c.dy.shape.row_size(), experts = c.inputs[0].shape[1];
    parallel::for_rows(c.dy.shape[0], row, [&](Index begin, Index end) {
      for (Index n = begin; n < end; ++n) {
        const real* const g = c.inputs[0].data + n * experts;
        const real* const dg = c.dx[0].data + n * experts;
        real* __restrict dy = c.dy.data + n * row;
        for (Index e = 0; e < experts; ++e) {
          const auto k = static_cast<std::size_t>(e) + 1;
          add(row, dg[e], c.inputs[k].data + n * row, dy, e > 0);
          add(row, g[e], c.dx[k].data + n * row, dy, true);
        }
      }
    });
  }

  double flops(const Geometry& g) const override {
    return 2.0 * static_cast<double>(g.output.shape.size()) *
           static_cast<double>(g.inputs.size() - 1);
  }

 private:
  static void add(Index n, real factor, const real* __restrict x, real* __restrict y, bool more) {
    if (more) {
      for (Index i = 0; i < n; ++i) y[i] += factor * x[i];
    } else {
      for (Index i = 0; i < n; ++i) y[i] = factor * x[i];
    }
  }

  static real dot(Index n, const real* a, const real* b) {
    return static_cast<real>(
        sum_of(n, [=](Index i) { return static_cast<double>(a[i]) * static_cast<double>(b[i]); }));
  }
};

}  // namespace

Var weighted_sum(Tape& tape, Var weights, const std::vector<Var>& values) {
  std::vector<Var> inputs = {weights};
  inputs.insert(inputs.end(), values.begin(), values.end());
  return tape.record(std::make_unique<WeightedSum>(), inputs);
}

}  // namespace espalier
