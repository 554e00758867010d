#include <algorithm>
#include <array>
#include <cmath>

#include "autograd/ops/check.hpp"
#include "autograd/ops/sink.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

constexpr Index kBlock = 256;  // channels at a time: their sums stay in the first-level cache

/// Channels [first, first + count) of `rows` vectors of `channels` numbers.
struct Block {
  Index rows, channels, first, count;
  const real* row(const real* x, Index r) const { return x + r * channels + first; }
  real* row(real* x, Index r) const { return x + r * channels + first; }
};

template <class F>
void for_blocks(Index rows, Index channels, F f) {
  for (Index first = 0; first < channels; first += kBlock) {
    f(Block{rows, channels, first, std::min(kBlock, channels - first)});
  }
}

/// Two sums per channel.
struct Sums {
  double first[kBlock], second[kBlock];
};

/// sums += those that add(row, first, second) makes of the rows of `b`, taken on all threads: one
/// piece of the rows after the other.
template <class Add>
void add_rows(const Block& b, Sums& sums, Add add) {
  constexpr int kMostPieces = 16;
  Sums parts[kMostPieces];
  const Index grain = std::max<Index>(parallel::kNumbersOfAPiece / b.count,
                                      (b.rows + kMostPieces - 1) / kMostPieces);
  parallel::for_pieces(b.rows, grain, [&](int piece, Index begin, Index end) {
    std::fill_n(parts[piece].first, b.count, 0.0);
    std::fill_n(parts[piece].second, b.count, 0.0);
    for (Index r = begin; r < end; ++r) add(r, parts[piece].first, parts[piece].second);
  });
  for (int piece = 0; piece < parallel::pieces(b.rows, grain); ++piece) {
    for (Index i = 0; i < b.count; ++i) {
      sums.first[i] += parts[piece].first[i];
      sums.second[i] += parts[piece].second[i];
    }
  }
}

/// What the backward pass needs of dy: its sum and its product with the normalised x, per channel.
void add_cotangent(const Block& b, const real* x, const real* dy, const real* mean,
                   const real* inverse, Sums& sums) {
  add_rows(b, sums, [&](Index r, double* __restrict sum, double* __restrict dot) {
    const real* __restrict xs = b.row(x, r);
    const real* __restrict ds = b.row(dy, r);
    for (Index i = 0; i < b.count; ++i) {
      sum[i] += static_cast<double>(ds[i]);
      dot[i] += static_cast<double>(ds[i] * ((xs[i] - mean[i]) * inverse[i]));
    }
  });
}

class BatchNorm final : public Op, public HasTangent {
 public:
  BatchNorm(Parameter& scale, Parameter& shift, std::vector<RunningStatistics> statistics,
            const BatchNormOptions& options)
      : owned_{&scale, &shift}, statistics_(std::move(statistics)), options_(options) {
    for (const RunningStatistics& s : statistics_) {
      buffers_.push_back(s.mean);
      buffers_.push_back(s.variance);
    }
  }

  std::string_view name() const override { return "batch_norm"; }
  std::span<Parameter* const> parameters() const override { return owned_; }
  std::span<Buffer* const> buffers() const override { return buffers_; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    check::that(in[0].shape.rank() >= 2, name(), "rows of channels (N, ..., C)", in[0].shape);
    const Shape channels{in[0].shape[-1]};
    check::same_shape(name(), "scale", channels, owned_[0]->value.shape);
    check::same_shape(name(), "shift", channels, owned_[1]->value.shape);
    for (const Buffer* buffer : buffers_) {
      check::same_shape(name(), "running statistics", channels, buffer->value.shape);
    }
    return in[0];
  }

  // y = scale (x - mean) / sqrt(variance + epsilon) + shift, per stream and channel
  void forward(const OpContext& c) const override {
    const Index channels = c.output.shape[-1], row = c.output.shape.row_size();
    for (const Part& part : c.parts) {
      const real* x = c.inputs[0].data + part.first * row;
      real* y = c.output.data + part.first * row;
      for_blocks(part.rows * (row / channels), channels, [&](const Block& b) {
        const RunningStatistics& running = statistics_[slot(part)];
        if (c.training) {
          use_batch(b, x, running, c.replay, saved(c, part, b));
        } else {
          use_running(b, running, saved(c, part, b));
        }
        normalise(b, x, saved(c, part, b), y);
      });
    }
  }

  // dx = scale / std (dy - mean dy - x^ mean(dy x^)), x^ = (x - mean) / std, means over the stream;
  // in evaluation the statistics are constants: dx = scale / std dy
  void backward(const BackwardContext& c) const override {
    const Index channels = c.dy.shape[-1], row = c.dy.shape.row_size();
    for (const Run& run : c.runs[0]) {
      for (const Part& part : c.parts) {
        const Index first = std::max(run.value_row, part.first);
        const Index last = std::min(run.value_row + run.rows, part.first + part.rows);
        if (first >= last) continue;
        const Index at = first - run.value_row;
        const real* x = c.inputs[0].data + first * row;
        const real* dy = c.dy.data + (run.dy_row + at) * row;
        real* dx = c.dx[0].data + (run.dx_row + at) * row;
        for_blocks((last - first) * (row / channels), channels, [&](const Block& b) {
          backward_block(b, x, dy, saved(c, part, b), c.training, run.accumulate, dx);
        });
      }
    }
  }

  // dscale = sum dy x^, dshift = sum dy
  void parameter_gradient(const GradientContext& c) const override {
    const Index channels = c.dy.shape[-1], row = c.dy.shape.row_size();
    for_blocks(0, channels, [&](Block b) {
      Sums sums = {};
      for (const Part& part : c.parts) {
        b.rows = part.rows * (row / channels);
        const Saved s = saved(c, part, b);
        add_cotangent(b, c.inputs[0].data + part.first * row, c.dy.data + part.first * row, s.mean,
                      s.inverse, sums);
      }
      write_sink(c.sinks[0], b.first, b.count, sums.second);
      write_sink(c.sinks[1], b.first, b.count, sums.first);
    });
  }

  // y' = J x' + scale' x^ + shift'; J, of every channel, is symmetric
  void tangent(const TangentContext& c) const override {
    if (c.dx[0].data != nullptr) {
      symmetric_tangent(*this, c);
    } else {
      std::fill_n(c.dy.data, c.dy.size(), real{0});
    }
    if (c.moves[0].data == nullptr) return;
    const Index channels = c.dy.shape[-1], row = c.dy.shape.row_size();
    for (const Part& part : c.parts) {
      for_blocks(part.rows * (row / channels), channels, [&](const Block& b) {
        add_moves(b, c.inputs[0].data + part.first * row, saved(c, part, b),
                  c.moves[0].data + b.first, c.moves[1].data + b.first,
                  c.dy.data + part.first * row);
      });
    }
  }

  Footprint footprint(const Geometry& g) const override {
    const auto channels = static_cast<std::size_t>(g.output.shape[-1]);
    return {.saved = 2 * channels * statistics_.size() * sizeof(real),
            .workspace = formed_gram_workspace(g)};
  }
  double flops(const Geometry& g) const override {
    return 8.0 * static_cast<double>(g.output.shape.size());
  }

 private:
  /// Mean and 1 / std of the channels of a block, as the forward pass used them.
  struct Saved {
    real* mean;
    real* inverse;
  };

  std::size_t slot(const Part& part) const {
    return static_cast<std::size_t>(
        std::ranges::find(statistics_, part.stream, &RunningStatistics::stream) -
        statistics_.begin());
  }

  Saved saved(const OpContext& c, const Part& part, const Block& b) const {
    real* const mean = reinterpret_cast<real*>(c.saved.data()) +
                       2 * static_cast<Index>(slot(part)) * b.channels + b.first;
    return {mean, mean + b.channels};
  }

  // Sums of differences to the first row: without cancellation, in one sweep.
  void use_batch(const Block& b, const real* x, const RunningStatistics& running, bool replay,
                 const Saved& s) const {
    Sums sums = {};
    const real* const pivot = b.row(x, 0);
    add_rows(b, sums, [&](Index r, double* __restrict sum, double* __restrict square) {
      const real* __restrict xs = b.row(x, r);
      for (Index i = 0; i < b.count; ++i) {
        const double d = static_cast<double>(xs[i]) - static_cast<double>(pivot[i]);
        sum[i] += d;
        square[i] += d * d;
      }
    });
    const auto n = static_cast<double>(b.rows);
    for (Index i = 0; i < b.count; ++i) {
      const double sum = sums.first[i], square = sums.second[i];
      const double mean = static_cast<double>(pivot[i]) + sum / n;
      const double variance = std::max(0.0, (square - sum * sum / n) / n);
      s.mean[i] = static_cast<real>(mean);
      s.inverse[i] = static_cast<real>(1.0 / std::sqrt(variance + options_.epsilon));
      if (replay) continue;
      blend(mean, running.mean->value.data[b.first + i]);
      blend(variance * (b.rows > 1 ? n / (n - 1.0) : 1.0),
            running.variance->value.data[b.first + i]);
    }
  }

  void blend(double batch, real& running) const {
    const double before = static_cast<double>(running);
    running = static_cast<real>((1.0 - options_.momentum) * before + options_.momentum * batch);
  }

  void use_running(const Block& b, const RunningStatistics& running, const Saved& s) const {
    for (Index i = 0; i < b.count; ++i) {
      const auto variance = static_cast<double>(running.variance->value.data[b.first + i]);
      s.mean[i] = running.mean->value.data[b.first + i];
      s.inverse[i] = static_cast<real>(1.0 / std::sqrt(variance + options_.epsilon));
    }
  }

  void normalise(const Block& b, const real* x, const Saved& s, real* y) const {
    const real* const mean = s.mean;
    const real* const shift = owned_[1]->value.data + b.first;
    real factor[kBlock];
    for (Index i = 0; i < b.count; ++i) {
      factor[i] = owned_[0]->value.data[b.first + i] * s.inverse[i];
    }
    parallel::for_rows(b.rows, b.count, [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        const real* __restrict from = b.row(x, r);
        real* __restrict to = b.row(y, r);
        for (Index i = 0; i < b.count; ++i) to[i] = (from[i] - mean[i]) * factor[i] + shift[i];
      }
    });
  }

  // y += scale x^ + shift
  static void add_moves(const Block& b, const real* x, const Saved& s, const real* scale,
                        const real* shift, real* y) {
    parallel::for_rows(b.rows, b.count, [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        const real* __restrict from = b.row(x, r);
        real* __restrict to = b.row(y, r);
        for (Index i = 0; i < b.count; ++i) {
          to[i] += (from[i] - s.mean[i]) * s.inverse[i] * scale[i] + shift[i];
        }
      }
    });
  }

  void backward_block(const Block& b, const real* x, const real* dy, const Saved& s, bool training,
                      bool accumulate, real* dx) const {
    Sums sums = {};
    if (training) add_cotangent(b, x, dy, s.mean, s.inverse, sums);
    real factor[kBlock], constant[kBlock], slope[kBlock];  // dx = factor dy - constant - slope x
    for (Index i = 0; i < b.count; ++i) {
      const double inverse = static_cast<double>(s.inverse[i]), n = static_cast<double>(b.rows);
      const double f = static_cast<double>(owned_[0]->value.data[b.first + i]) * inverse;
      factor[i] = static_cast<real>(f);
      constant[i] = static_cast<real>(f * sums.first[i] / n);
      slope[i] = static_cast<real>(f * inverse * sums.second[i] / n);
    }
    const real* const mean = s.mean;
    parallel::for_rows(b.rows, b.count, [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        const real* __restrict xs = b.row(x, r);
        const real* __restrict ds = b.row(dy, r);
        real* __restrict to = b.row(dx, r);
        for (Index i = 0; i < b.count; ++i) {
          const real d = factor[i] * ds[i] - constant[i] - slope[i] * (xs[i] - mean[i]);
          to[i] = accumulate ? to[i] + d : d;
        }
      }
    });
  }

  std::array<Parameter*, 2> owned_;  // scale, shift
  std::vector<RunningStatistics> statistics_;
  std::vector<Buffer*> buffers_;
  BatchNormOptions options_;
};

}  // namespace

Var batch_norm(Tape& tape, Var x, Parameter& scale, Parameter& shift,
               std::vector<RunningStatistics> statistics, const BatchNormOptions& options) {
  for (const Part& part : tape.value(x).parts) {
    const auto found = std::ranges::count(statistics, part.stream, &RunningStatistics::stream);
    if (found != 1) {
      check::fail("batch_norm", text::cat("running statistics of stream ", part.stream, " once"),
                  text::cat(found, " of them"));
    }
  }
  return tape.record(std::make_unique<BatchNorm>(scale, shift, std::move(statistics), options),
                     {x});
}

}  // namespace espalier
