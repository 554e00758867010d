#include <algorithm>

#include "core/parallel.hpp"
#include "tensor/bordered_image.hpp"
#include "tensor/convolution_direct.hpp"
#include "tensor/tile.hpp"

namespace espalier::convolution::direct {

namespace {

using simd::kLanes;
using simd::kTileColumns;
using simd::kTileRows;

/// What every thread reads: where the numbers of a window lie. What each has: a bordered image, dY
/// of one image with room behind it, and its sums (KH KW C, outputs in whole vectors).
struct Layout {
  Index width;  // outputs in whole vectors
  Index offsets, image, dy, sums;

  Layout(const Window& v, Index outputs, bool pooled)
      : width(simd::whole_vectors(outputs)),
        offsets(simd::in_numbers<Index>(v.column_size())),
        image(simd::whole_vectors(BorderedImage::numbers(v, /*copied=*/false))),
        dy(width == outputs && !pooled ? 0 : simd::whole_vectors(v.positions() * outputs + width)),
        sums(v.column_size() * width) {}

  Index each() const { return image + dy + sums; }
};

void place_offsets(const Window& v, Index* offsets) {
  for (Index y = 0; y < v.kernel_height; ++y) {
    for (Index k = 0; k < v.kernel_width * v.channels; ++k) {
      *offsets++ = y * BorderedImage::row(v) + k;
    }
  }
}

/// sums += dY' X of one image. Vectors of outputs reach into those of the next position: what is
/// read too far falls on sums that stand for no output.
void add_image(const Window& v, const real* image, const Index* offsets, const real* dy,
               Index outputs, Index width, real* sums) {
  alignas(simd::kBytes) real tile[kTileRows * kTileColumns];
  TileSums of{.a = image,
              .offsets = offsets,
              .segments = v.out_height(),
              .run = v.out_width(),
              .segment = v.stride * BorderedImage::row(v),
              .step = v.stride * v.channels,
              .b = dy,
              .b_stride = outputs};
  const Index columns = v.column_size();
  for (Index first = 0; first < width; first += kTileColumns) {
    const Index here = std::min(kTileColumns, width - first);
    of.b = dy + first;
    for (Index k = 0; k < columns; k += kTileRows) {
      const Index rows = std::min(kTileRows, columns - k);
      of.offsets = offsets + k;
      sum_tile(of, rows, here / kLanes, tile);
      for (Index i = 0; i < rows; ++i) {
        real* const to = sums + (k + i) * width + first;
        for (Index j = 0; j < here; j += kLanes) {
          simd::store(to + j, simd::load(to + j) + simd::load(tile + i * here + j));
        }
      }
    }
  }
}

double weight_gradient_cost(const Window& v, Index outputs, bool pooled) {
  constexpr double kSpread = 8.0;  // a number, before it is read
  const Index spread = pooled ? v.positions() * outputs : 0;
  return cost(v, outputs) + kSpread * static_cast<double>(spread);
}

Index weight_gradient_scratch(const Window& v, Index outputs, int threads, bool pooled) {
  const Layout layout(v, outputs, pooled);
  return layout.offsets + threads * layout.each();
}

void weight_gradient(const Window& v, Index images, const real* x, const OutputGradient& dy,
                     Index outputs, double alpha, double beta, real* dw, std::span<real> scratch) {
  const Layout layout(v, outputs, dy.pooled());
  auto* const offsets = reinterpret_cast<Index*>(scratch.data());
  place_offsets(v, offsets);
  const Index most = (static_cast<Index>(scratch.size()) - layout.offsets) / layout.each();
  const Index grain = parallel::grain_for(images, most);
  const auto sums_of = [&](int piece) {
    return scratch.data() + layout.offsets + piece * layout.each();
  };
  parallel::for_pieces(images, grain, [&](int piece, Index begin, Index end) {
    real* const sums = sums_of(piece);
    real* const place = sums + layout.sums;
    std::fill_n(sums, layout.sums + layout.dy, real{0});
    BorderedImage bordered(v, place + layout.dy, /*copied=*/false);
    for (Index n = begin; n < end; ++n) {
      const Index numbers = v.positions() * outputs;
      const real* of_image = dy.from(n, numbers).dy;
      if (dy.pooled()) {
        dy.from(n, numbers).spread(v, outputs, place, v.out_width() * outputs);
        of_image = place;
      } else if ((end - n - 1) * numbers < layout.width - outputs) {  // nothing behind may be read
        std::copy_n(of_image, numbers, place);
        of_image = place;
      }
      add_image(v, bordered.of(x + n * v.image_size()), offsets, of_image, outputs, layout.width,
                sums);
    }
  });
  const int pieces = parallel::pieces(images, grain);
  const Index columns = v.column_size();
  for (Index o = 0; o < outputs; ++o) {
    for (Index k = 0; k < columns; ++k) {
      double sum = 0.0;
      for (int piece = 0; piece < pieces; ++piece) {
        sum += static_cast<double>(sums_of(piece)[k * layout.width + o]);
      }
      real& to = dw[o * columns + k];
      to = static_cast<real>((beta == 0.0 ? 0.0 : beta * static_cast<double>(to)) + alpha * sum);
    }
  }
}

}  // namespace

const WeightGradientWay kWeightGradient = {weight_gradient_cost, weight_gradient_scratch,
                                           weight_gradient};

}  // namespace espalier::convolution::direct
