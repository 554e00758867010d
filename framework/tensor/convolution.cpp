#include "tensor/convolution.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "tensor/bordered_image.hpp"
#include "tensor/tile.hpp"

namespace espalier::convolution {

namespace {

using simd::kLanes;
using simd::kTileColumns;
using simd::kTileRows;

/// What every thread reads, at the beginning of scratch: the kernel as panels of vectors of
/// outputs, and where the window stands.
struct Layout {
  Index packed;     // numbers of the packed kernel
  Index positions;  // numbers that the offsets take
  Index each;       // numbers of a thread

  Layout(const Window& v, Index outputs)
      : packed(v.column_size() * simd::whole_vectors(outputs)),
        positions(simd::whole_vectors(v.positions() * kPerOffset)),
        each(simd::whole_vectors(BorderedImage::numbers(v))) {}

  static constexpr Index kPerOffset = static_cast<Index>(sizeof(Index) / sizeof(real));
  Index shared() const { return packed + positions; }
};

/// Element (output, ky, kx, c) of a kernel as the window reads it: a panel of kTileColumns outputs
/// after the other, in it (ky, kx, c, output). `element(output, k)` is the address of a run of
/// `run` numbers `step` apart.
template <class Element>
void pack_kernel(Index outputs, Index columns, Element element, real* packed) {
  for (Index first = 0; first < outputs; first += kTileColumns) {
    const Index here = std::min(kTileColumns, outputs - first);
    const Index width = simd::whole_vectors(here);
    for (Index k = 0; k < columns; ++k, packed += width) {
      for (Index j = 0; j < here; ++j) packed[j] = element(first + j, k);
      std::fill(packed + here, packed + width, real{0});
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

void store(const real* sums, Index rows, Index width, Index columns, const real* bias, bool add,
           real* y, Index stride) {
  const Index whole = columns / kLanes * kLanes;
  for (Index i = 0; i < rows; ++i, sums += width, y += stride) {
    for (Index j = 0; j < whole; j += kLanes) {
      simd::Vector v = simd::load(sums + j);
      if (bias != nullptr) v += simd::load(bias + j);
      if (add) v += simd::load(y + j);
      simd::store(y + j, v);
    }
    for (Index j = whole; j < columns; ++j) {
      y[j] = sums[j] + (bias != nullptr ? bias[j] : real{0}) + (add ? y[j] : real{0});
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
  for (Index first = 0; first < outputs; first += kTileColumns) {
    const Index here = std::min(kTileColumns, outputs - first);
    of.b_stride = simd::whole_vectors(here);
    for (Index p = 0; p < positions; p += kTileRows) {
      const Index rows = std::min(kTileRows, positions - p);
      of.offsets = offsets + p;
      tile_kernel(rows, of.b_stride / kLanes)(of, sums);
      store(sums, rows, of.b_stride, here, bias != nullptr ? bias + first : nullptr, add,
            y + p * outputs + first, outputs);
    }
    of.b += v.column_size() * of.b_stride;
  }
}

template <class Element>
void run(const Window& v, Index images, const real* x, Index outputs, Element element,
         const real* bias, bool add, real* y, std::span<real> scratch) {
  const Layout layout(v, outputs);
  real* const packed = scratch.data();
  auto* const offsets = reinterpret_cast<Index*>(packed + layout.packed);
  pack_kernel(outputs, v.column_size(), element, packed);
  place_offsets(v, offsets);
  const Index rest = static_cast<Index>(scratch.size()) - layout.shared();
  const Index most = layout.each == 0 ? parallel::threads() : rest / layout.each;
  parallel::for_pieces(images, (images + most - 1) / most, [&](int piece, Index begin, Index end) {
    BorderedImage bordered(v, packed + layout.shared() + piece * layout.each);
    for (Index n = begin; n < end; ++n) {
      convolve(v, bordered.of(x + n * v.image_size()), offsets, outputs, packed, bias, add,
               y + n * v.positions() * outputs);
    }
  });
}

}  // namespace

Index forward_scratch(const Window& v, Index outputs, int threads) {
  const Layout layout(v, outputs);
  return layout.shared() + threads * layout.each;
}

void forward(const Window& v, Index images, const real* x, Index outputs, const real* weight,
             const real* bias, bool add, real* y, std::span<real> scratch) {
  const Index columns = v.column_size();
  run(
      v, images, x, outputs, [=](Index output, Index k) { return weight[output * columns + k]; },
      bias, add, y, scratch);
}

bool turns(const Window& v) {
  return v.stride == 1 && v.kernel_height == v.kernel_width && v.padding < v.kernel_height;
}

Window turned(const Window& v, Index outputs) {
  return {v.out_height(), v.out_width(),
          outputs,        v.kernel_height,
          v.kernel_width,
          /*stride=*/1,   v.kernel_height - 1 - v.padding};
}

void input_gradient(const Window& v, Index images, const real* dy, Index outputs,
                    const real* weight, bool add, real* dx, std::span<real> scratch) {
  const Index columns = v.column_size(), last = v.kernel_height * v.kernel_width - 1;
  run(
      turned(v, outputs), images, dy, v.channels,
      [=](Index channel, Index k) {
        const Index pixel = last - k / outputs, output = k % outputs;
        return weight[output * columns + pixel * v.channels + channel];
      },
      nullptr, add, dx, scratch);
}

}  // namespace espalier::convolution
