#include "tensor/convolution_across.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tensor/convolution_direct.hpp"
#include "tensor/image_pieces.hpp"

namespace espalier::convolution::across {

namespace {

using simd::kLanes;
using simd::Vector;

constexpr Index kMostOutputs = simd::kRegisters == 32 ? 10 : 6;
constexpr Index kMostPositions = 4;

// Sums, the images under each position and one weight fit into the registers.
constexpr Index positions_of(Index outputs) {
  return std::min(kMostPositions, (simd::kRegisters - 2) / (outputs + 1));
}

/// Outputs in tiles of about the same size.
struct Tiles {
  Index outputs, size;

  explicit Tiles(Index of) : outputs(of) {
    const Index tiles = (of + kMostOutputs - 1) / kMostOutputs;
    size = (of + tiles - 1) / tiles;
  }
  Index at(Index first) const { return std::min(size, outputs - first); }
};

/// Adjacent positions of a row under some outputs. Lengths are in numbers.
struct Tile {
  const real* x;  // the first pixel under the first position
  Index x_step;   // from position to position
  Index x_row;    // from row to row
  Index rows;     // of the kernel that lie inside the image
  Index run;      // vectors under a row of the kernel
  const real* w;  // weights of the first pixel, those of the tile's outputs side by side
  Index w_row;
  const real* bias;
  real* y;
  Index y_step;
};

template <std::size_t kOutputCount, std::size_t kPositionCount>
void sum_tile(const Tile& t) {
  constexpr auto kOutputs = static_cast<Index>(kOutputCount);
  constexpr auto kPositions = static_cast<Index>(kPositionCount);
  Vector acc[kPositionCount][kOutputCount] = {};
  for (Index row = 0; row < t.rows; ++row) {
    const real* x = t.x + row * t.x_row;
    const real* w = t.w + row * t.w_row;
    for (Index k = 0; k < t.run; ++k, x += kLanes, w += kOutputs) {
      Vector v[kPositionCount];
#pragma GCC unroll 4
      for (Index p = 0; p < kPositions; ++p) v[p] = simd::load(x + p * t.x_step);
#pragma GCC unroll 10
      for (Index o = 0; o < kOutputs; ++o) {
#pragma GCC unroll 4
        for (Index p = 0; p < kPositions; ++p) acc[p][o] += w[o] * v[p];
      }
    }
  }
  for (Index p = 0; p < kPositions; ++p) {
    for (Index o = 0; o < kOutputs; ++o) {
      simd::store(t.y + p * t.y_step + o * kLanes, acc[p][o] + t.bias[o]);
    }
  }
}

using Kernel = void (*)(const Tile& t);

struct Kernels {
  Kernel one, several;  // positions
};

template <std::size_t... kAt>
constexpr auto table(std::index_sequence<kAt...> /*outputs*/) {
  return std::array<Kernels, sizeof...(kAt)>{Kernels{
      sum_tile<kAt + 1, 1>,
      sum_tile<kAt + 1, static_cast<std::size_t>(positions_of(static_cast<Index>(kAt) + 1))>}...};
}

constexpr auto kKernels = table(std::make_index_sequence<static_cast<std::size_t>(kMostOutputs)>());

/// What every thread reads, at the beginning of scratch: bias and kernel. What each has: its
/// images, and a row of outputs.
struct Layout {
  Index bias, kernel, images, row;

  Layout(const Window& v, Index outputs)
      : bias(simd::whole_vectors(outputs)),
        kernel(simd::whole_vectors(outputs * v.column_size())),
        images(v.image_size() * kLanes),
        row(v.out_width() * outputs * kLanes) {}

  Index shared() const { return bias + kernel; }
  Index each() const { return images + row; }
};

/// One row of outputs of a block of images. Taps outside of the images are left out.
void slide(const Window& v, const real* images, Index oy, Index outputs, const real* kernel,
           const real* bias, real* row) {
  const Tiles tiles(outputs);
  const Index top = oy * v.stride - v.padding, y_begin = std::max<Index>(0, -top);
  Tile t{.x = nullptr,
         .x_step = v.stride * v.channels * kLanes,
         .x_row = v.width * v.channels * kLanes,
         .rows = std::max<Index>(0, std::min(v.kernel_height, v.height - top) - y_begin),
         .run = 0,
         .w = nullptr,
         .w_row = 0,
         .bias = bias,
         .y = nullptr,
         .y_step = outputs * kLanes};
  for (Index first = 0; first < outputs; first += tiles.size) {
    const Index here = tiles.at(first), several = positions_of(here);
    const Kernels& kernels = kKernels[static_cast<std::size_t>(here - 1)];
    const real* const weights = kernel + first * v.column_size();
    t.w_row = v.kernel_width * v.channels * here;
    t.bias = bias + first;
    for (Index ox = 0; ox < v.out_width();) {
      const Index left = ox * v.stride - v.padding, begin = std::max<Index>(0, -left);
      const Index end = std::max(begin, std::min(v.kernel_width, v.width - left));
      const Index last = left + (several - 1) * v.stride + v.kernel_width;
      const bool fits = begin == 0 && last <= v.width && ox + several <= v.out_width();
      t.run = (end - begin) * v.channels;
      t.x = images + ((top + y_begin) * v.width + left + begin) * v.channels * kLanes;
      t.w = weights + y_begin * t.w_row + begin * v.channels * here;
      t.y = row + (ox * outputs + first) * kLanes;
      (fits ? kernels.several : kernels.one)(t);
      ox += fits ? several : 1;
    }
  }
}

/// `weight(k, o)`: number k under the window, of output o.
template <class Weight>
void run(const Window& v, Index images, const real* x, Index outputs, Weight weight,
         const real* bias, bool add, real* y, std::span<real> scratch) {
  const Layout layout(v, outputs);
  real* const bias_numbers = scratch.data();
  real* const kernel = bias_numbers + layout.bias;
  std::fill_n(bias_numbers, layout.bias, real{0});
  if (bias != nullptr) std::copy_n(bias, outputs, bias_numbers);
  const Tiles tiles(outputs);
  for (Index first = 0; first < outputs; first += tiles.size) {
    real* to = kernel + first * v.column_size();
    for (Index k = 0; k < v.column_size(); ++k) {
      for (Index o = 0; o < tiles.at(first); ++o) *to++ = weight(k, first + o);
    }
  }
  const Index most = (static_cast<Index>(scratch.size()) - layout.shared()) / layout.each();
  const Index image = v.image_size(), out = v.positions() * outputs;
  image_block::Pieces(images, v.out_height(), most)
      .run([&](int piece, Index first, Index here, Index top, Index bottom) {
        real* const block = scratch.data() + layout.shared() + piece * layout.each();
        real* const row = block + layout.images;
        image_block::gather(x + first * image, here, image, image, block);
        const Index numbers = v.out_width() * outputs;
        for (Index oy = top; oy < bottom; ++oy) {
          slide(v, block, oy, outputs, kernel, bias_numbers, row);
          image_block::scatter(row, here, out, numbers, add, y + first * out + oy * numbers);
        }
      });
}

}  // namespace

Index forward_scratch(const Window& v, Index outputs, int threads) {
  const Layout layout(v, outputs);
  return layout.shared() + threads * layout.each();
}

void forward(const Window& v, Index images, const real* x, Index outputs, const real* weight,
             const real* bias, real* y, std::span<real> scratch) {
  const Index numbers = v.column_size();
  run(
      v, images, x, outputs, [=](Index k, Index o) { return weight[o * numbers + k]; }, bias,
      /*add=*/false, y, scratch);
}

void input_gradient(const Window& v, Index images, const real* dy, Index outputs,
                    const real* weight, bool add, real* dx, std::span<real> scratch) {
  const Index pixels = v.kernel_height * v.kernel_width, numbers = v.column_size();
  // Pixels of the kernel from the last to the first.
  const auto turned_weight = [=, channels = v.channels](Index k, Index c) {
    return weight[k % outputs * numbers + (pixels - 1 - k / outputs) * channels + c];
  };
  run(direct::turned(v, outputs), images, dy, v.channels, turned_weight, nullptr, add, dx, scratch);
}

}  // namespace espalier::convolution::across
