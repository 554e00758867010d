#include <algorithm>
#include <array>
#include <cmath>

#include "autograd/gram.hpp"
#include "autograd/ops/check.hpp"
#include "autograd/ops/sink.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"
#include "tensor/matrix.hpp"
#include "tensor/sums.hpp"

namespace espalier {

namespace {

// Saved: k shares z of the soft choice, then the shares a that were used (one-hot, or 1 / k), then
// the temperature.
class GumbelChoice final : public Op, public HasTangent {
 public:
  GumbelChoice(Parameter& logits, const GumbelOptions& options)
      : owned_{&logits}, options_(options) {}

  std::string_view name() const override { return "gumbel_choice"; }
  std::span<Parameter* const> parameters() const override { return owned_; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_inputs(name(), in);
    for (const ValueInfo& x : in) {
      check::same_shape(name(), "values like the first", in[0].shape, x.shape);
    }
    check::that(logits().shape == Shape{static_cast<Index>(in.size())}, name(),
                text::cat("logits (", in.size(), ")"), logits().shape);
    return in[0];
  }

  // z = softmax((logits + Gumbel noise) / temperature); y = x of the largest z. Evaluation: of the
  // largest logit. Warm-up: the mean of all.
  void forward(const OpContext& c) const override {
    choose(c);
    const double* const used = saved(c) + c.inputs.size();
    matrix::fill(c.output.size(), real{0}, c.output.data);
    for (std::size_t j = 0; j < c.inputs.size(); ++j) {
      if (used[j] == 0.0) continue;
      matrix::add_scaled(c.output.size(), used[j], c.inputs[j].data, c.output.data);
    }
  }

  // dx_j = a_j dy
  void backward(const BackwardContext& c) const override {
    const Index row = c.dy.shape.row_size();
    const double* const used = saved(c) + c.inputs.size();
    for (std::size_t j = 0; j < c.inputs.size(); ++j) {
      for (const Run& run : c.runs[j]) {
        const real* dy = c.dy.data + run.dy_row * row;
        real* dx = c.dx[j].data + run.dx_row * row;
        if (run.accumulate) {
          matrix::add_scaled(run.rows * row, used[j], dy, dx);
        } else {
          matrix::scale(run.rows * row, used[j], dy, dx);
        }
      }
    }
  }

  // Straight through: as if y = sum_j z_j x_j. With s_j = <dy, x_j>:
  //   d logit_i = z_i (s_i - sum_j z_j s_j) / temperature
  void parameter_gradient(const GradientContext& c) const override {
    const std::size_t k = c.inputs.size();
    const double* const z = saved(c);
    const double temperature = z[2 * k];
    std::array<double, kMaxInputs> slopes{};
    double mean = 0.0;
    for (std::size_t j = 0; j < k; ++j) {
      const real* const x = c.inputs[j].data;
      slopes[j] = sum_of(c.dy.size(), [&](Index i) {
        return static_cast<double>(x[i]) * static_cast<double>(c.dy.data[i]);
      });
      mean += z[j] * slopes[j];
    }
    const bool moves = temperature > 0.0;  // not while warming up
    for (std::size_t j = 0; j < k; ++j) {
      slopes[j] = moves ? z[j] * (slopes[j] - mean) / temperature : 0.0;
    }
    write_sink(c.sinks[0], 0, static_cast<Index>(k), slopes.data());
  }

  // y' = sum_j a_j x'_j + b_j x_j, b_j = z_j (logit'_j - sum_i z_i logit'_i) / temperature
  void tangent(const TangentContext& c) const override {
    const std::size_t k = c.inputs.size();
    const double* const z = saved(c);
    const double temperature = z[2 * k];
    matrix::fill(c.dy.size(), real{0}, c.dy.data);
    for (std::size_t j = 0; c.dx[0].data != nullptr && j < k; ++j) {
      if (z[k + j] != 0.0) matrix::add_scaled(c.dy.size(), z[k + j], c.dx[j].data, c.dy.data);
    }
    if (c.moves[0].data == nullptr || temperature <= 0.0) return;
    double mean = 0.0;
    const auto moves = [&](std::size_t j) { return static_cast<double>(c.moves[0].data[j]); };
    for (std::size_t j = 0; j < k; ++j) mean += z[j] * moves(j);
    for (std::size_t j = 0; j < k; ++j) {
      const double factor = z[j] * (moves(j) - mean) / temperature;
      matrix::add_scaled(c.dy.size(), factor, c.inputs[j].data, c.dy.data);
    }
  }

  Footprint footprint(const Geometry& g) const override {
    return {.saved = (2 * g.inputs.size() + 1) * sizeof(double),
            .workspace = g.gram ? formed_gram_workspace(g) : 0};
  }

 private:
  const Tensor& logits() const { return owned_[0]->value; }
  static double* saved(const OpContext& c) { return reinterpret_cast<double*>(c.saved.data()); }

  // -log(-log u) of choice j in this step
  double noise(std::uint64_t step, std::size_t j) const {
    const auto words = options_.random.block(j, step);
    const double u = (static_cast<double>(words[0]) + 0.5) * 0x1p-32;
    return -std::log(-std::log(u));
  }

  // tau = initial / sqrt(1 + epochs so far), Guo et al.'s schedule
  double temperature(std::uint64_t step) const {
    const std::uint64_t epochs = step / std::max<std::uint64_t>(1, options_.epoch);
    return options_.temperature / std::sqrt(1.0 + static_cast<double>(epochs));
  }

  void choose(const OpContext& c) const {
    const std::size_t k = c.inputs.size();
    double* const z = saved(c);
    double* const used = z + k;
    const bool warm = c.training && c.step < options_.warmup;
    const double tau = c.training && !warm ? temperature(c.step) : 0.0;
    for (std::size_t j = 0; j < k; ++j) {
      const auto logit = static_cast<double>(logits().data[j]);
      z[j] = tau > 0.0 ? (logit + noise(c.step, j)) / tau : logit;
    }
    const std::size_t best = static_cast<std::size_t>(std::max_element(z, z + k) - z);
    const double largest = z[best];
    double sum = 0.0;
    for (std::size_t j = 0; j < k; ++j) sum += z[j] = std::exp(z[j] - largest);
    for (std::size_t j = 0; j < k; ++j) {
      z[j] /= sum;
      used[j] = warm ? 1.0 / static_cast<double>(k) : j == best ? 1.0 : 0.0;
    }
    z[2 * k] = tau;
  }

  std::array<Parameter*, 1> owned_;
  GumbelOptions options_;
};

}  // namespace

Var gumbel_choice(Tape& tape, const std::vector<Var>& values, Parameter& logits,
                  const GumbelOptions& options) {
  return tape.record(std::make_unique<GumbelChoice>(logits, options), values);
}

}  // namespace espalier
