#include "tensor/convolution_direct.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "tensor/bordered_image.hpp"
#include "tensor/pack.hpp"
#include "tensor/tile.hpp"

namespace espalier::convolution::direct {

namespace {

using simd::kLanes;
using simd::kTileColumns;
using simd::kTileRows;

/// What every thread reads, at the beginning of scratch: the kernel as panels of vectors of
/// outputs, and where the window stands. What each has: an image, and outputs before they are
/// pooled.
struct Layout {
  Index width;      // outputs in whole vectors: numbers of the bias
  Index packed;     // numbers of the packed kernel
  Index positions;  // numbers that the offsets take
  Index image;      // numbers of a thread
  Index outputs;    // likewise

  /// `copied`: images never lie where they are read. `pooled`: outputs do not stay as they are.
  Layout(const Window& v, Index of, bool copied, bool pooled)
      : width(simd::whole_vectors(of)),
        packed(v.column_size() * width),
        positions(simd::in_numbers<Index>(v.positions())),
        image(simd::whole_vectors(BorderedImage::numbers(v, copied))),
        outputs(pooled ? simd::whole_vectors(v.positions() * of) : 0) {}

  Index shared() const { return width + packed + positions; }
  Index each() const { return image + outputs; }
};

/// A kernel as the window reads it: a panel of kTileColumns outputs after the other, in it the
/// parts one after the other, `depth` numbers of each output. `part(p)`: element (output, number).
template <class Part>
void pack_kernel(Index outputs, Index parts, Index depth, Part part, real* packed) {
  for (Index first = 0; first < outputs; first += kTileColumns) {
    const Index here = std::min(kTileColumns, outputs - first);
    for (Index p = 0; p < parts; ++p) {
      pack(part(p).at(first, 0), here, depth, kTileColumns, packed);
      packed += depth * simd::whole_vectors(here);
    }
  }
}

/// Offset of every position of the window in the bordered image.
void place_offsets(const Window& v, Index* offsets) {
  const Index row = v.stride * BorderedImage::row(v), pixel = v.stride * v.channels;
  for (Index y = 0; y < v.out_height(); ++y) {
    for (Index x = 0; x < v.out_width(); ++x) *offsets++ = y * row + x * pixel;
  }
}

/// Where the sums of a tile go.
struct Rows {
  real* y;       // of the first row
  Index stride;  // from row to row
  bool add;
  Index
      behind;  // numbers behind the last row of the tile that are written later; less than 0: none
};

// The last vector of a row may reach into the rows behind it, as long as they are written later.
void store(const real* sums, Index rows, Index width, Index columns, const real* bias, Rows to) {
  const Index whole = columns / kLanes * kLanes;
  for (Index i = 0; i < rows; ++i, sums += width, to.y += to.stride) {
    const bool reach = to.behind + (rows - 1 - i) * to.stride >= width - columns;
    const Index vectors = reach ? width : whole;
    for (Index j = 0; j < vectors; j += kLanes) {
      simd::Vector v = simd::load(sums + j) + simd::load(bias + j);
      if (to.add) v += simd::load(to.y + j);
      simd::store(to.y + j, v);
    }
    for (Index j = vectors; j < columns; ++j) {
      to.y[j] = sums[j] + bias[j] + (to.add ? to.y[j] : real{0});
    }
  }
}

/// One image: every position, kTileRows at a time, under every panel of outputs.
void convolve(const Window& v, const real* image, const Index* offsets, Index outputs,
              const real* packed, const real* bias, bool add, real* y) {
  alignas(simd::kBytes) real sums[kTileRows * kTileColumns];
  TileSums of{.a = image,
              .offsets = offsets,
              .segments = v.kernel_height,
              .run = v.kernel_width * v.channels,
              .segment = BorderedImage::row(v),
              .step = 1,
              .b = packed,
              .b_stride = 0};
  const Index positions = v.positions();
  const bool reach = !add && outputs <= kTileColumns;
  for (Index first = 0; first < outputs; first += kTileColumns) {
    const Index here = std::min(kTileColumns, outputs - first);
    of.b_stride = simd::whole_vectors(here);
    for (Index p = 0; p < positions; p += kTileRows) {
      const Index rows = std::min(kTileRows, positions - p);
      of.offsets = offsets + p;
      sum_tile(of, rows, of.b_stride / kLanes, sums);
      store(sums, rows, of.b_stride, here, bias + first,
            {.y = y + p * outputs + first,
             .stride = outputs,
             .add = add,
             .behind = (reach ? positions - p - rows : -rows) * outputs});
    }
    of.b += v.column_size() * of.b_stride;
  }
}

/// `image(bordered, n)`: image n with its border; `place(n, outputs)`: where its outputs go,
/// perhaps into the thread's own; `done(n, y)`: they are there.
template <class Part, class Image, class Place, class Done>
void run(const Window& v, const Layout& layout, Index images, Image image, Index outputs,
         Index parts, Part part, const real* bias, bool add, Place place, Done done,
         std::span<real> scratch) {
  real* const bias_numbers = scratch.data();
  real* const packed = bias_numbers + layout.width;
  auto* const offsets = reinterpret_cast<Index*>(packed + layout.packed);
  std::fill_n(bias_numbers, layout.width, real{0});
  if (bias != nullptr) std::copy_n(bias, outputs, bias_numbers);
  pack_kernel(outputs, parts, v.column_size() / parts, part, packed);
  place_offsets(v, offsets);
  const Index rest = static_cast<Index>(scratch.size()) - layout.shared();
  const Index most = layout.each() == 0 ? parallel::threads() : rest / layout.each();
  parallel::for_pieces(
      images, parallel::grain_for(images, most), [&](int piece, Index begin, Index end) {
        real* const own = scratch.data() + layout.shared() + piece * layout.each();
        BorderedImage bordered(v, own, layout.image > 0);
        for (Index n = begin; n < end; ++n) {
          real* const y = place(n, own + layout.image);
          convolve(v, image(bordered, n), offsets, outputs, packed, bias_numbers, add, y);
          done(n, y);
        }
      });
}

Layout forward_layout(const Window& v, Index outputs, bool pooled) {
  return {v, outputs, /*copied=*/false, pooled};
}

Layout input_gradient_layout(const Window& v, Index outputs, bool pooled) {
  return {turned(v, outputs), v.channels, /*copied=*/pooled, /*pooled=*/false};
}

double forward_cost(const Window& v, Index outputs, bool /*pooled*/) { return cost(v, outputs); }

Index forward_scratch(const Window& v, Index outputs, int threads, bool pooled) {
  const Layout layout = forward_layout(v, outputs, pooled);
  return layout.shared() + threads * layout.each();
}

void forward(const Window& v, Index images, const real* x, Index outputs, const real* weight,
             const real* bias, const OutputPlace& y, std::span<real> scratch) {
  const Operand kernel{weight, v.column_size(), 1};
  const Index numbers = v.positions() * outputs, pooled = numbers / 4;
  const Window pool = pool_halves::over(v, outputs);
  run(
      v, forward_layout(v, outputs, y.pooled()), images,
      [&](BorderedImage& bordered, Index n) { return bordered.of(x + n * v.image_size()); },
      outputs, /*parts=*/1, [=](Index /*part*/) { return kernel; }, bias, y.add && !y.pooled(),
      [&](Index n, real* own) { return y.pooled() ? own : y.y + n * numbers; },
      [&](Index n, const real* of_image) {
        if (!y.pooled()) return;
        if (y.won != nullptr) {
          pool_halves::pick(pool, y.won + n * pooled, of_image, y.add, y.y + n * pooled);
          return;
        }
        pool_halves::largest(pool, of_image, y.y + n * pooled, y.winners + n * pooled);
        pool_halves::rectify(pooled, y.y + n * pooled, y.winners + n * pooled);
      },
      scratch);
}

double input_gradient_cost(const Window& v, Index outputs, bool /*pooled*/) {
  return turns(v) ? cost(turned(v, outputs), v.channels) : kNever;
}

Index input_gradient_scratch(const Window& v, Index outputs, Index /*images*/, int threads,
                             bool pooled) {
  const Layout layout = input_gradient_layout(v, outputs, pooled);
  return layout.shared() + threads * layout.each();
}

void input_gradient(const Window& v, Index images, const OutputGradient& dy, Index outputs,
                    const real* weight, bool add, real* dx, std::span<real> scratch) {
  const Index pixels = v.kernel_height * v.kernel_width, numbers = v.positions() * outputs;
  // Pixels of the kernel from the last to the first; of each, element (channel, output).
  const auto pixel = [=](Index p) {
    return Operand{weight + (pixels - 1 - p) * v.channels, 1, v.column_size()};
  };
  run(
      turned(v, outputs), input_gradient_layout(v, outputs, dy.pooled()), images,
      [&](BorderedImage& bordered, Index n) -> const real* {
        const OutputGradient of_image = dy.from(n, numbers);
        if (!dy.pooled()) return bordered.of(of_image.dy);
        of_image.spread(v, outputs, bordered.inside(), BorderedImage::row(turned(v, outputs)));
        return bordered.place();
      },
      v.channels, pixels, pixel, nullptr, add,
      [&](Index n, real* /*own*/) { return dx + n * v.image_size(); },
      [](Index /*n*/, const real* /*y*/) {}, scratch);
}

}  // namespace

const ForwardWay kForward = {forward_cost, forward_scratch, forward};
const InputGradientWay kInputGradient = {input_gradient_cost, input_gradient_scratch,
                                         input_gradient};

}  // namespace espalier::convolution::direct
