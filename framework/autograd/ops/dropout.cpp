#include <algorithm>

#include "autograd/ops/channel_dropout.hpp"
#include "autograd/ops/check.hpp"
#include "autograd/ops/elementwise_backward.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class Dropout final : public Op, public HasTangent {
 public:
  Dropout(double rate, bool channels, std::vector<StreamRandom> randoms)
      : rate_(rate), channels_(channels), randoms_(std::move(randoms)) {}

  std::string_view name() const override { return "dropout"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    return in[0];
  }

  // y = x keep / (1 - rate)
  void forward(const OpContext& c) const override {
    const Index row = c.output.shape.row_size(), mask = mask_size(c.output.shape);
    auto* const keep = reinterpret_cast<std::uint8_t*>(c.saved.data());
    for (const Part& part : c.parts) {
      const RandomStream& random = stream_of(part);
      parallel::for_rows(part.rows, mask, [&](Index begin, Index end) {
        for (Index r = begin; r < end; ++r) {
          draw(random, c.step, r, mask, keep + (part.first + r) * mask);
        }
      });
    }
    const auto factor = static_cast<real>(1.0 / (1.0 - rate_));
    const real* x = c.inputs[0].data;
    real* y = c.output.data;
    for_masks(c.output.shape[0], row, mask, [&](Index i, Index k) {
      for (Index e = 0; e < mask; ++e) y[i + e] = kept(keep[k + e], factor * x[i + e]);
    });
  }

  // dx = dy keep / (1 - rate)
  void backward(const BackwardContext& c) const override {
    const auto factor = static_cast<real>(1.0 / (1.0 - rate_));
    const Index row = c.dy.shape.row_size(), mask = mask_size(c.dy.shape);
    const auto* const saved = reinterpret_cast<const std::uint8_t*>(c.saved.data());
    for (const Run& run : c.runs[0]) {
      const std::uint8_t* keep = saved + run.value_row * mask;
      const real* dy = c.dy.data + run.dy_row * row;
      real* dx = c.dx[0].data + run.dx_row * row;
      for_masks(run.rows, row, mask, [&](Index i, Index k) {
        if (run.accumulate) {
          for (Index e = 0; e < mask; ++e) dx[i + e] += kept(keep[k + e], factor * dy[i + e]);
        } else {
          for (Index e = 0; e < mask; ++e) dx[i + e] = kept(keep[k + e], factor * dy[i + e]);
        }
      });
    }
  }

  void tangent(const TangentContext& c) const override { symmetric_tangent(*this, c); }

  Footprint footprint(const Geometry& g) const override {
    const Shape& y = g.output.shape;
    return {.saved = static_cast<std::size_t>(y[0] * mask_size(y)), .workspace = 0};
  }
  bool reads_input(int /*k*/) const override { return false; }
  bool in_place() const override { return true; }

 private:
  static real kept(std::uint8_t keep, real x) { return keep != 0 ? x : 0; }

  // Numbers that are kept or dropped on their own in a row: all, or one for each channel.
  Index mask_size(const Shape& y) const { return channels_ ? y[-1] : y.row_size(); }

  // f(first element, first number of its mask) for each run of elements under one mask.
  template <class F>
  static void for_masks(Index rows, Index row, Index mask, F f) {
    parallel::for_rows(rows, row, [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        for (Index i = 0; i < row; i += mask) f(r * row + i, r * mask);
      }
    });
  }

  const RandomStream& stream_of(const Part& part) const {
    return std::ranges::find(randoms_, part.stream, &StreamRandom::stream)->random;
  }

  // Element e of row r takes word e % 4 of the block numbered (r, e / 4; step): the mask does not
  // depend on the batch that the row came in.
  void draw(const RandomStream& random, std::uint64_t step, Index r, Index row,
            std::uint8_t* keep) const {
    const auto threshold = static_cast<std::uint32_t>(rate_ * 0x1.0p32);
    const Index blocks = (row + 3) / 4;
    for (Index b = 0; b < blocks; ++b) {
      const auto words = random.block(static_cast<std::uint64_t>(r * blocks + b), step);
      const Index count = std::min<Index>(4, row - 4 * b);
      for (Index e = 0; e < count; ++e) {
        keep[4 * b + e] = words[static_cast<std::size_t>(e)] >= threshold ? 1 : 0;
      }
    }
  }

  double rate_;
  bool channels_;
  std::vector<StreamRandom> randoms_;
};

Var record(Tape& tape, Var x, double rate, bool channels, std::vector<StreamRandom> randoms) {
  if (!(rate >= 0.0 && rate < 1.0)) {
    check::fail("dropout", "a rate from 0 to below 1", text::number(rate));
  }
  if (!tape.training() || rate == 0.0) return x;
  for (const Part& part : tape.value(x).parts) {
    const auto found = std::ranges::count(randoms, part.stream, &StreamRandom::stream);
    if (found != 1) {
      check::fail("dropout", text::cat("random numbers of stream ", part.stream, " once"),
                  text::cat(found, " of them"));
    }
  }
  return tape.record(std::make_unique<Dropout>(rate, channels, std::move(randoms)), {x});
}

}  // namespace

Var dropout(Tape& tape, Var x, double rate, std::vector<StreamRandom> randoms) {
  return record(tape, x, rate, /*channels=*/false, std::move(randoms));
}

Var channel_dropout(Tape& tape, Var x, double rate, std::vector<StreamRandom> randoms) {
  return record(tape, x, rate, /*channels=*/true, std::move(randoms));
}

}  // namespace espalier
