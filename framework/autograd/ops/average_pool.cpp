#include <algorithm>
#include <limits>

#include "autograd/ops/check.hpp"
#include "autograd/ops/pool_window.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

namespace {

class AveragePool final : public Op, public HasTangent {
 public:
  explicit AveragePool(const PoolOptions& options) : options_(options) {}

  std::string_view name() const override { return "average_pool"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    const Shape& x = in[0].shape;
    check::that(x.rank() == 4, name(), "images (N, H, W, C)", x);
    check::padding_fits(name(), options_.padding);
    const Window w = pool_window(x, options_);
    return check::pooled(name(), w, x, std::max(x[1], x[2]) + 2 * options_.padding);
  }

  // y = sum of the pixels under the window / their number
  void forward(const OpContext& c) const override {
    const Window w = pool_window(c.inputs[0].shape, options_);
    parallel::for_rows(c.output.shape[0], w.image_size(), [&](Index begin, Index end) {
      real* y = c.output.data + begin * w.positions() * w.channels;
      for (Index n = begin; n < end; ++n) {
        const real* image = c.inputs[0].data + n * w.image_size();
        for_windows(w, [&](Index, const PoolPixels& p) {
          average(w, p, image, y);
          y += w.channels;
        });
      }
    });
  }

  // dx of every pixel under the window += dy / their number
  void backward(const BackwardContext& c) const override {
    const Window w = pool_window(c.dx[0].shape, options_);
    for (const Run& run : c.runs[0]) {
      parallel::for_rows(run.rows, w.image_size(), [&](Index begin, Index end) {
        const real* dy = c.dy.data + (run.dy_row + begin) * c.dy.shape.row_size();
        for (Index n = begin; n < end; ++n) {
          real* dx = c.dx[0].data + (run.dx_row + n) * w.image_size();
          if (!run.accumulate) matrix::fill(w.image_size(), real{0}, dx);
          for_windows(w, [&](Index, const PoolPixels& p) {
            spread(w, p, dy, dx);
            dy += w.channels;
          });
        }
      });
    }
  }

  void tangent(const TangentContext& c) const override { linear_tangent(*this, c); }

  bool reads_input(int /*k*/) const override { return false; }
  double flops(const Geometry& g) const override {
    return static_cast<double>(g.output.shape.size() * options_.kernel * options_.kernel);
  }

 private:
  static void average(const Window& w, const PoolPixels& p, const real* image, real* y) {
    constexpr Index kBlock = 256;  // channels at a time: the double sums stay in the cache
    double sums[kBlock];
    for (Index first = 0; first < w.channels; first += kBlock) {
      const Index count = std::min(kBlock, w.channels - first);
      std::fill_n(sums, count, 0.0);
      for (Index py = p.top; py < p.bottom; ++py) {
        for (Index px = p.left; px < p.right; ++px) {
          const real* __restrict pixel = image + (py * w.width + px) * w.channels + first;
          for (Index i = 0; i < count; ++i) sums[i] += static_cast<double>(pixel[i]);
        }
      }
      const double factor = 1.0 / static_cast<double>(p.count());
      for (Index i = 0; i < count; ++i) y[first + i] = static_cast<real>(factor * sums[i]);
    }
  }

  static void spread(const Window& w, const PoolPixels& p, const real* __restrict dy, real* dx) {
    const real factor = real{1} / static_cast<real>(p.count());
    for (Index py = p.top; py < p.bottom; ++py) {
      for (Index px = p.left; px < p.right; ++px) {
        real* __restrict pixel = dx + (py * w.width + px) * w.channels;
        for (Index c = 0; c < w.channels; ++c) pixel[c] += factor * dy[c];
      }
    }
  }

  PoolOptions options_;
};

}  // namespace

Var average_pool(Tape& tape, Var x, const PoolOptions& options) {
  return tape.record(std::make_unique<AveragePool>(options), {x});
}

}  // namespace espalier
