#include <algorithm>
#include <array>

#include "autograd/ops/check.hpp"
#include "autograd/ops/sink.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"
#include "tensor/sums.hpp"

namespace espalier {

namespace {

class Mix final : public Op {
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
      add_scaled(c.output.size() / channels, channels, j, c.inputs[j].data, c.output.data, j > 0);
    }
  }

  // dx_j (+)= a_j dy
  void backward(const BackwardContext& c) const override {
    const Index channels = c.dy.shape[-1], row = c.dy.shape.row_size();
    for (std::size_t j = 0; j < c.inputs.size(); ++j) {
      for (const Run& run : c.runs[j]) {
        add_scaled(run.rows * row / channels, channels, j, c.dy.data + run.dy_row * row,
                   c.dx[j].data + run.dx_row * row, run.accumulate);
      }
    }
  }

  // da_j = sum x_j dy, over everything or over all of a channel
  void parameter_gradient(const GradientContext& c) const override {
    const Index channels = c.dy.shape[-1], numbers = c.dy.size();
    for (std::size_t j = 0; j < c.inputs.size(); ++j) {
      const real* const x = c.inputs[j].data;
      const real* const dy = c.dy.data;
      if (!by_channel()) {
        const double sum = sum_of(numbers, [&](Index i) {
          return static_cast<double>(x[i]) * static_cast<double>(dy[i]);
        });
        write_sink(c.sinks[0], static_cast<Index>(j), 1, &sum);
        continue;
      }
      for (Index first = 0; first < channels; first += kChunk) {
        const Index count = std::min(kChunk, channels - first);
        std::array<double, kChunk> sums{};
        for (Index i = first; i < numbers; i += channels) {
          for (Index k = 0; k < count; ++k) {
            sums[static_cast<std::size_t>(k)] +=
                static_cast<double>(x[i + k]) * static_cast<double>(dy[i + k]);
          }
        }
        write_sink(c.sinks[0], static_cast<Index>(j) * channels + first, count, sums.data());
      }
    }
  }

  double flops(const Geometry& g) const override {
    return 2.0 * static_cast<double>(g.output.shape.size()) * static_cast<double>(g.inputs.size());
  }

 private:
  static constexpr Index kChunk = 64;

  bool by_channel() const { return owned_[0]->value.shape.rank() == 2; }

  // y (+)= a_j x over `rows` rows of `channels` numbers
  void add_scaled(Index rows, Index channels, std::size_t j, const real* x, real* y,
                  bool add) const {
    const real* const a = owned_[0]->value.data;
    const bool each = by_channel();
    const auto first = static_cast<Index>(j);
    const Index block = each ? channels : rows * channels;
    const Index count = each ? rows : 1;
    for (Index r = 0; r < count; ++r) {
      parallel::for_numbers(block, [=](Index begin, Index end) {
        const real* const from = x + r * block;
        real* const to = y + r * block;
        for (Index i = begin; i < end; ++i) {
          const real factor = each ? a[first * channels + i] : a[first];
          to[i] = add ? to[i] + factor * from[i] : factor * from[i];
        }
      });
    }
  }

  std::array<Parameter*, 1> owned_;
};

}  // namespace

Var mix(Tape& tape, const std::vector<Var>& values, Parameter& coefficients) {
  return tape.record(std::make_unique<Mix>(coefficients), values);
}

}  // namespace espalier
