#include "tensor/convolution_winners.hpp"
#include "core/parallel.hpp"
#include "tensor/winner_layout.hpp"

namespace espalier::convolution::winners {

namespace {

using block_sums::Entry;
using simd::kLanes;

// A vector that begins anywhere lies in two lines of the cache.
Layout layout_of(const Window& v) {
  const Index apart = v.kernel_width * simd::whole_vectors(v.channels);
  const Index close = 2 * simd::whole_vectors(v.kernel_width * v.channels);
  return {v, apart <= close ? Pixels::apart : Pixels::close};
}

/// What each thread has: sums, a block for each output, an image with its border, and entries.
Index sums(const Layout& layout, Index outputs) { return outputs * layout.block_numbers; }
Index each(const Layout& layout, Index outputs) {
  return sums(layout, outputs) + layout.image + layout.entries;
}

/// Numbers of an image into its place; where pixels lie apart, whole vectors reach into the next
/// pixels, and are cut off.
void put_in(const Window& v, const Layout& layout, const real* x, real* to) {
  const Index line = v.width * v.channels;
  if (layout.pixel == v.channels) {
    for (Index y = 0; y < v.height; ++y) std::copy_n(x + y * line, line, to + y * layout.row);
    return;
  }
  const real* const end = x + v.image_size();
  for (Index y = 0; y < v.height; ++y, to += layout.row) {
    for (Index i = 0; i < v.width; ++i, x += v.channels) {
      real* const pixel = to + i * layout.pixel;
      if (end - x < layout.pixel) {
        std::copy_n(x, v.channels, pixel);
        continue;
      }
      Index c = 0;
      for (; c + kLanes <= v.channels; c += kLanes) simd::store(pixel + c, simd::load(x + c));
      simd::store(pixel + c, simd::first(v.channels - c, simd::load(x + c)));
    }
  }
}

double cost(const Window& v, Index outputs, bool pooled) {
  if (!pooled) return kNever;
  constexpr double kPut = 80.0;  // what a number costs that goes into the list
  const Layout layout = layout_of(v);
  const double load = layout.pixel % simd::kLanes == 0 ? 1.3 : 2.6;
  constexpr double kEnd = 2.0;  // sums are read and written: for each image
  return static_cast<double>(outputs) *
         (static_cast<double>(v.positions() / kPixels) *
              (load * static_cast<double>(layout.block_numbers) + kPut) +
          kEnd * static_cast<double>(layout.block_numbers));
}

Index scratch(const Window& v, Index outputs, int threads, bool /*pooled*/) {
  return threads * each(layout_of(v), outputs);
}

void weight_gradient(const Window& v, Index images, const real* x, const OutputGradient& dy,
                     Index outputs, double alpha, double beta, real* dw, std::span<real> scratch) {
  const Layout layout = layout_of(v);
  const Index most = static_cast<Index>(scratch.size()) / each(layout, outputs);
  const Index grain = (images + most - 1) / most;
  const auto sums_of = [&](int piece) { return scratch.data() + piece * each(layout, outputs); };
  parallel::for_pieces(images, grain, [&](int piece, Index begin, Index end) {
    real* const image = sums_of(piece) + sums(layout, outputs);
    auto* const entries = reinterpret_cast<Entry*>(image + layout.image);
    std::fill_n(sums_of(piece), sums(layout, outputs) + layout.image, real{0});
    for (Index n = begin; n < end; ++n) {
      put_in(v, layout, x + n * v.image_size(), layout.inside(v, image));
      const OutputGradient of_image = dy.from(n, v.positions() * outputs);
      for (Index o = 0; o < outputs; ++o) {
        block_sums::add({entries, list(v, layout, of_image, outputs, o, entries)}, layout.block,
                        image, layout.row, sums_of(piece) + o * layout.block_numbers,
                        layout.block_row);
      }
    }
  });
  const int pieces = parallel::pieces(images, grain);
  const auto a = static_cast<real>(alpha), b = static_cast<real>(beta);
  constexpr Index kRows = 16;  // worth a thread
  parallel::for_pieces(outputs * v.kernel_height, kRows, [&](int, Index begin, Index end) {
    real* to = dw + begin * v.kernel_width * v.channels;
    for (Index row = begin; row < end; ++row) {
      for (Index pixel = 0; pixel < v.kernel_width; ++pixel) {
        const Index first = row * layout.block_row + pixel * layout.pixel;
        for (Index i = first; i < first + v.channels; ++i, ++to) {
          real sum = sums_of(0)[i];
          for (int p = 1; p < pieces; ++p) sum += sums_of(p)[i];
          *to = a * sum + (b == 0 ? real{0} : b * *to);
        }
      }
    }
  });
}

}  // namespace

const WeightGradientWay kWeightGradient = {cost, scratch, weight_gradient};

}  // namespace espalier::convolution::winners
