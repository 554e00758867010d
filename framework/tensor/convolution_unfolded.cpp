#include "tensor/convolution_unfolded.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "tensor/blas.hpp"

namespace espalier::convolution::unfolded {

namespace {

// A few images at a time, so that their columns are still in the second-level cache when they are
// folded.
constexpr Index kChunkBytes = Index{1} << 18U;

Index chunk(const Window& v) {
  const Index bytes = v.positions() * v.column_size() * static_cast<Index>(sizeof(real));
  return std::max<Index>(1, kChunkBytes / bytes);
}

Index columns_of_a_thread(const Window& v, Index images) {
  return std::min(images, chunk(v)) * v.positions() * v.column_size();
}

Index outputs_of_a_thread(const Window& v, Index images, Index outputs) {
  return std::min(images, chunk(v)) * v.positions() * outputs;
}

/// Kernel columns [begin, end) that lie inside the image when the window starts at column `left`.
struct Inside {
  Index begin;
  Index end;
};

Inside inside(Index left, Index kernel, Index extent) {
  return {std::clamp<Index>(-left, 0, kernel), std::clamp<Index>(extent - left, 0, kernel)};
}

/// Adds columns (images * positions, KH KW C) into the pixels x (images, H, W, C) that they came
/// from. The border receives nothing.
void fold_add(const Window& w, Index images, const real* columns, real* x) {
  const Index c = w.channels, run = w.kernel_width * c;
  for (Index n = 0; n < images; ++n, x += w.image_size()) {
    for (Index oy = 0; oy < w.out_height(); ++oy) {
      for (Index ox = 0; ox < w.out_width(); ++ox) {
        const Index top = oy * w.stride - w.padding, left = ox * w.stride - w.padding;
        const Inside in = inside(left, w.kernel_width, w.width);
        const Index first = in.begin * c, count = (in.end - in.begin) * c;
        for (Index ky = 0; ky < w.kernel_height; ++ky, columns += run) {
          if (top + ky < 0 || top + ky >= w.height || count == 0) continue;
          const real* __restrict from = columns + first;
          real* __restrict to = x + ((top + ky) * w.width + left) * c + first;
          for (Index i = 0; i < count; ++i) to[i] += from[i];
        }
      }
    }
  }
}

double cost(const Window& v, Index outputs, bool /*pooled*/) {
  constexpr double kFold = 4.0;  // what adding a number where it belongs costs
  return static_cast<double>(v.positions() * outputs * simd::whole_vectors(v.column_size())) +
         kFold * static_cast<double>(v.positions() * v.column_size());
}

Index scratch(const Window& v, Index outputs, Index images, int threads, bool pooled) {
  return threads *
         (columns_of_a_thread(v, images) + (pooled ? outputs_of_a_thread(v, images, outputs) : 0));
}

void input_gradient(const Window& v, Index images, const OutputGradient& dy, Index outputs,
                    const real* weight, bool add, real* dx, std::span<real> scratch) {
  if (images == 0) return;
  const Index columns_each = columns_of_a_thread(v, images), k = v.column_size();
  const Index each =
      columns_each + (dy.pooled() ? outputs_of_a_thread(v, images, outputs) : Index{0});
  const Index most = std::max<Index>(1, static_cast<Index>(scratch.size()) / each);
  const Index numbers = v.positions() * outputs;
  parallel::for_pieces(
      images, parallel::grain_for(images, most), [&](int piece, Index begin, Index end) {
        real* const columns = scratch.data() + piece * each;
        real* const spread = columns + columns_each;
        for (Index n = begin; n < end; n += chunk(v)) {
          const Index here = std::min(chunk(v), end - n);
          real* const to = dx + n * v.image_size();
          for (Index i = 0; dy.pooled() && i < here; ++i) {
            dy.from(n + i, numbers)
                .spread(v, outputs, spread + i * numbers, v.out_width() * outputs);
          }
          blas::gemm(blas::Transpose::no, blas::Transpose::no, here * v.positions(), k, outputs,
                     1.0, dy.pooled() ? spread : dy.from(n, numbers).dy, outputs, weight, k, 0.0,
                     columns, k);
          if (!add) std::fill_n(to, here * v.image_size(), real{0});
          fold_add(v, here, columns, to);
        }
      });
}

}  // namespace

const InputGradientWay kInputGradient = {cost, scratch, input_gradient};

}  // namespace espalier::convolution::unfolded
