#include <algorithm>
#include <array>

#include "autograd/ops/check.hpp"
#include "autograd/ops/pool_window.hpp"
#include "autograd/ops/tail.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"
#include "tensor/pool_halves.hpp"

namespace espalier {

namespace {

constexpr Index kLargestKernel = 15;  // a pixel of the window is numbered in one byte

using Winner = std::uint8_t;

// NaN wins once and stays, so that a broken step is seen in its loss.
bool beats(real x, real best) { return x > best || x != x; }

class MaxPool final : public Op, public HasTangent {
 public:
  explicit MaxPool(const PoolOptions& options) : options_(options) {}

  std::string_view name() const override { return "max_pool"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    const Shape& x = in[0].shape;
    check::that(x.rank() == 4, name(), "images (N, H, W, C)", x);
    return check::pooled(name(), pool_window(x, options_), x, kLargestKernel);
  }

  // y = max of the pixels under the window; which one it was is saved
  void forward(const OpContext& c) const override {
    const Window w = pool_window(c.inputs[0].shape, options_);
    const Index out = w.positions() * w.channels;
    auto* const winners = reinterpret_cast<Winner*>(c.saved.data());
    parallel::for_rows(c.output.shape[0], w.image_size(), [&](Index begin, Index end) {
      for (Index n = begin; n < end; ++n) {
        const real* x = c.inputs[0].data + n * w.image_size();
        if (pool_halves::fits(w)) {
          pool_halves::largest(w, x, c.output.data + n * out, winners + n * out);
        } else {
          forward_any(w, x, c.output.data + n * out, winners + n * out);
        }
      }
    });
  }

  // dx of the winner += dy
  void backward(const BackwardContext& c) const override {
    const Window w = pool_window(c.dx[0].shape, options_);
    const Index out = w.positions() * w.channels;
    const auto* const winners = reinterpret_cast<const Winner*>(c.saved.data());
    for (const Run& run : c.runs[0]) {
      parallel::for_rows(run.rows, w.image_size(), [&](Index begin, Index end) {
        for (Index n = begin; n < end; ++n) {
          const Winner* winner = winners + (run.value_row + n) * out;
          const real* dy = c.dy.data + (run.dy_row + n) * out;
          real* dx = c.dx[0].data + (run.dx_row + n) * w.image_size();
          if (pool_halves::fits(w)) {
            pool_halves::give_back(w, winner, dy, run.accumulate, dx);
            continue;
          }
          if (!run.accumulate) std::fill_n(dx, w.image_size(), real{0});
          scatter(w, winner, dy, dx);
        }
      });
    }
  }

  // y' = x' of the winner
  void tangent(const TangentContext& c) const override {
    const Window w = pool_window(c.dx[0].shape, options_);
    const Index out = w.positions() * w.channels;
    const auto* const winners = reinterpret_cast<const Winner*>(c.saved.data());
    parallel::for_rows(c.dy.shape[0], w.image_size(), [&](Index begin, Index end) {
      for (Index n = begin; n < end; ++n) {
        gather(w, winners + n * out, c.dx[0].data + n * w.image_size(), c.dy.data + n * out);
      }
    });
  }

  Footprint footprint(const Geometry& g) const override {
    return {.saved = static_cast<std::size_t>(g.output.shape.size()) * sizeof(Winner),
            .workspace = 0};
  }
  bool reads_input(int /*k*/) const override { return false; }
  double flops(const Geometry& g) const override {
    return static_cast<double>(g.output.shape.size() * options_.kernel * options_.kernel);
  }

  bool takes_halves(const Shape& x) const { return pool_halves::fits(pool_window(x, options_)); }

 private:
  static void forward_any(const Window& w, const real* x, real* y, Winner* winners) {
    for_windows(w, [&](Index position, const PoolPixels& p) {
      real* __restrict best = y + position * w.channels;
      Winner* __restrict winner = winners + position * w.channels;
      for (Index py = p.top; py < p.bottom; ++py) {
        for (Index px = p.left; px < p.right; ++px) {
          const auto number = static_cast<Winner>((py - p.y) * w.kernel_width + (px - p.x));
          const real* __restrict pixel = x + (py * w.width + px) * w.channels;
          const bool first = py == p.top && px == p.left;
          for (Index c = 0; c < w.channels; ++c) {
            const bool better = first || beats(pixel[c], best[c]);
            best[c] = better ? pixel[c] : best[c];
            winner[c] = better ? number : winner[c];
          }
        }
      }
    });
  }

  static void scatter(const Window& w, const Winner* winners, const real* dy, real* dx) {
    for_winners(w, winners, [=](Index i, Index pixel) { dx[pixel] += dy[i]; });
  }

  static void gather(const Window& w, const Winner* winners, const real* x, real* y) {
    for_winners(w, winners, [=](Index i, Index pixel) { y[i] = x[pixel]; });
  }

  // f(number of the output, number of the image that it is)
  template <class F>
  static void for_winners(const Window& w, const Winner* winners, F f) {
    std::array<Index, kLargestKernel * kLargestKernel> offset;  // of the window's pixels
    for (Index k = 0; k < w.kernel_height * w.kernel_width; ++k) {
      offset[static_cast<std::size_t>(k)] =
          (k / w.kernel_width * w.width + k % w.kernel_width) * w.channels;
    }
    for_windows(w, [&](Index position, const PoolPixels& p) {
      const Index corner = (p.y * w.width + p.x) * w.channels;
      for (Index c = 0, i = position * w.channels; c < w.channels; ++c, ++i) {
        f(i, corner + offset[winners[i]] + c);
      }
    });
  }

  PoolOptions options_;
};

}  // namespace

bool pools_halves(const Op& op, const Shape& images) {
  const auto* const pool = dynamic_cast<const MaxPool*>(&op);
  return pool != nullptr && pool->takes_halves(images);
}

Var max_pool(Tape& tape, Var x, const PoolOptions& options) {
  return tape.record(std::make_unique<MaxPool>(options), {x});
}

}  // namespace espalier
