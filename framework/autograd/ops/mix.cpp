#include <algorithm>
#include <array>
#include <numeric>

#include "autograd/ops/check.hpp"
#include "autograd/ops/sink.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"
#include "tensor/sums.hpp"

namespace espalier {

namespace {

class Mix final : public Op, public HasTangent {
 public:
  explicit Mix(Parameter& coefficients) : owned_{&coefficients} {}

  std::string_view name() const override { return "mix"; }
  std::span<Parameter* const> parameters() const override { return owned_; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_inputs(name(), in);
    for (const ValueInfo& x : in) {
      check::same_shape(name(), "values like the first", in[0].shape, x.shape);
    }
    const Shape& a = owned_[0]->value.shape;
    const auto count = static_cast<Index>(in.size());
    check::that(a == Shape{count} || a == Shape{count, in[0].shape[-1]}, name(),
                text::cat("coefficients (", count, ") or (", count, ", ", in[0].shape[-1], ")"), a);
    return in[0];
  }

  // y = sum_j a_j x_j
  void forward(const OpContext& c) const override {
    const Index channels = c.output.shape[-1];
    for (std::size_t j = 0; j < c.inputs.size(); ++j) {
      add_scaled(c.output.size() / channels, channels, coefficients(), j, c.inputs[j].data,
                 c.output.data, j > 0);
    }
  }

  // y' = sum_j a_j x'_j + a'_j x_j
  void tangent(const TangentContext& c) const override {
    const Index channels = c.dy.shape[-1], rows = c.dy.size() / channels;
    const bool fed = c.dx[0].data != nullptr;
    for (std::size_t j = 0; fed && j < c.dx.size(); ++j) {
      add_scaled(rows, channels, coefficients(), j, c.dx[j].data, c.dy.data, j > 0);
    }
    for (std::size_t j = 0; c.moves[0].data != nullptr && j < c.inputs.size(); ++j) {
      add_scaled(rows, channels, c.moves[0].data, j, c.inputs[j].data, c.dy.data, fed || j > 0);
    }
  }

  // dx_j (+)= a_j dy
  void backward(const BackwardContext& c) const override {
    const Index channels = c.dy.shape[-1], row = c.dy.shape.row_size();
    for (std::size_t j = 0; j < c.inputs.size(); ++j) {
      for (const Run& run : c.runs[j]) {
        add_scaled(run.rows * row / channels, channels, coefficients(), j,
                   c.dy.data + run.dy_row * row, c.dx[j].data + run.dx_row * row, run.accumulate);
      }
    }
  }

  // da_j = sum x_j dy, over everything or over all of a channel
  void parameter_gradient(const GradientContext& c) const override {
    const Index channels = c.dy.shape[-1], numbers = c.dy.size();
    for (std::size_t j = 0; j < c.inputs.size(); ++j) {
      if (by_channel()) {
        for (Index first = 0; first < channels; first += kChunk) {
          write_channels(c, j, first, std::min(kChunk, channels - first));
        }
        continue;
      }
      const real* const x = c.inputs[j].data;
      const real* const dy = c.dy.data;
      std::array<double, kMostPieces> sums{};
      const Index grain = std::max(parallel::kNumbersOfAPiece, numbers / kMostPieces + 1);
      parallel::for_pieces(numbers, grain, [&](int piece, Index begin, Index end) {
        sums[static_cast<std::size_t>(piece)] = sum_of(end - begin, [&](Index i) {
          return static_cast<double>(x[begin + i]) * static_cast<double>(dy[begin + i]);
        });
      });
      const double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
      write_sink(c.sinks[0], static_cast<Index>(j), 1, &sum);
    }
  }

  double flops(const Geometry& g) const override {
    return 2.0 * static_cast<double>(g.output.shape.size()) * static_cast<double>(g.inputs.size());
  }

 private:
  static constexpr Index kChunk = 64;  // channels whose sums lie on the stack
  static constexpr Index kMostPieces = 16;

  const real* coefficients() const { return owned_[0]->value.data; }
  bool by_channel() const { return owned_[0]->value.shape.rank() == 2; }

  // Channels [first, first + count) of the j-th coefficients' gradient.
  static void write_channels(const GradientContext& c, std::size_t j, Index first, Index count) {
    const Index channels = c.dy.shape[-1], rows = c.dy.size() / channels;
    const Index grain = std::max(parallel::kNumbersOfAPiece / count, rows / kMostPieces + 1);
    std::array<std::array<double, kChunk>, kMostPieces> sums;
    parallel::for_pieces(rows, grain, [&](int piece, Index begin, Index end) {
      double* const part = sums[static_cast<std::size_t>(piece)].data();
      std::fill_n(part, count, 0.0);
      for (Index r = begin; r < end; ++r) {
        const real* __restrict x = c.inputs[j].data + r * channels + first;
        const real* __restrict dy = c.dy.data + r * channels + first;
        for (Index k = 0; k < count; ++k) {
          part[k] += static_cast<double>(x[k]) * static_cast<double>(dy[k]);
        }
      }
    });
    for (int piece = 1; piece < parallel::pieces(rows, grain); ++piece) {
      const auto& part = sums[static_cast<std::size_t>(piece)];
      for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) sums[0][k] += part[k];
    }
    write_sink(c.sinks[0], static_cast<Index>(j) * channels + first, count, sums[0].data());
  }

  // y (+)= a_j x over `rows` rows of `channels` numbers
  void add_scaled(Index rows, Index channels, const real* a, std::size_t j, const real* x, real* y,
                  bool add) const {
    const auto first = static_cast<Index>(j);
    if (!by_channel()) {
      parallel::for_numbers(rows * channels, [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) y[i] = add ? y[i] + a[first] * x[i] : a[first] * x[i];
      });
      return;
    }
    parallel::for_rows(rows, channels, [=](Index begin, Index end) {
      const real* __restrict factor = a + first * channels;
      for (Index r = begin; r < end; ++r) {
        const real* __restrict from = x + r * channels;
        real* __restrict to = y + r * channels;
        for (Index i = 0; i < channels; ++i) {
          to[i] = add ? to[i] + factor[i] * from[i] : factor[i] * from[i];
        }
      }
    });
  }

  std::array<Parameter*, 1> owned_;
};

}  // namespace

Var mix(Tape& tape, const std::vector<Var>& values, Parameter& coefficients) {
  return tape.record(std::make_unique<Mix>(coefficients), values);
}

}  // namespace espalier
