#include "tensor/convolution_across.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tensor/even.hpp"
#include "tensor/image_pieces.hpp"
#include "tensor/pooled_row.hpp"

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

  explicit Tiles(Index of) : outputs(of), size(even(of, kMostOutputs)) {}
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
  // Unrolled, or sums leave their registers to be found by number.
#pragma GCC unroll 4
  for (Index p = 0; p < kPositions; ++p) {
#pragma GCC unroll 10
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
/// images, one or two rows of outputs, and a pooled one.
struct Layout {
  Index bias, kernel, images, rows, pooled;

  /// `row`: numbers of a pooled row; 0: not pooled.
  Layout(const Window& v, Index outputs, Index lines, Index row)
      : bias(simd::whole_vectors(outputs)),
        kernel(simd::whole_vectors(outputs * v.column_size())),
        images(v.image_size() * kLanes),
        rows(lines * v.out_width() * outputs * kLanes),
        pooled(row) {}

  Index shared() const { return bias + kernel; }
  Index each() const { return images + rows + pooled; }
};

Layout forward_layout(const Window& v, Index outputs, bool pooled) {
  return {v, outputs, pooled ? 2 : 1, pooled ? image_block::PooledRow::numbers(v, outputs) : 0};
}

Layout input_gradient_layout(const Window& v, Index outputs, bool pooled) {
  return {turned(v, outputs), v.channels, 1,
          pooled ? image_block::PooledRow::numbers(v, outputs) : 0};
}

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
void place_kernel(const Window& v, const Layout& layout, Index outputs, Weight weight,
                  const real* bias, real* scratch) {
  std::fill_n(scratch, layout.bias, real{0});
  if (bias != nullptr) std::copy_n(bias, outputs, scratch);
  const Tiles tiles(outputs);
  for (Index first = 0; first < outputs; first += tiles.size) {
    real* to = scratch + layout.bias + first * v.column_size();
    for (Index k = 0; k < v.column_size(); ++k) {
      for (Index o = 0; o < tiles.at(first); ++o) *to++ = weight(k, first + o);
    }
  }
}

Index most_pieces(const Layout& layout, std::span<const real> scratch) {
  return (static_cast<Index>(scratch.size()) - layout.shared()) / layout.each();
}

/// Rows (or columns) of kernel and image that meet, over all places of the window.
Index meetings(Index extent, Index kernel, const Window& v, Index places) {
  Index sum = 0;
  for (Index p = 0; p < places; ++p) {
    const Index begin = p * v.stride - v.padding;
    sum += std::max<Index>(0, std::min(begin + kernel, extent) - std::max<Index>(0, begin));
  }
  return sum;
}

double cost(const Window& v, Index outputs) {
  if (!has_small_blocks(v)) return kNever;
  const auto products =
      static_cast<double>(meetings(v.height, v.kernel_height, v, v.out_height()) *
                          meetings(v.width, v.kernel_width, v, v.out_width()) * v.channels);
  const auto moved = static_cast<double>(v.image_size() + v.positions() * outputs);
  return products * static_cast<double>(outputs) + kMove * moved;
}

double forward_cost(const Window& v, Index outputs, bool /*pooled*/) { return cost(v, outputs); }

Index forward_scratch(const Window& v, Index outputs, int threads, bool pooled) {
  const Layout layout = forward_layout(v, outputs, pooled);
  return layout.shared() + threads * layout.each();
}

void forward(const Window& v, Index images, const real* x, Index outputs, const real* weight,
             const real* bias, const OutputPlace& y, std::span<real> scratch) {
  const Layout layout = forward_layout(v, outputs, y.pooled());
  const Index image = v.image_size(), out = v.positions() * outputs;
  const Index numbers = v.out_width() * outputs, lines = y.pooled() ? 2 : 1;
  place_kernel(
      v, layout, outputs,
      [=, k_all = v.column_size()](Index k, Index o) { return weight[o * k_all + k]; }, bias,
      scratch.data());
  const real* const kernel = scratch.data() + layout.bias;
  image_block::Pieces(images, v.out_height() / lines, most_pieces(layout, scratch))
      .run([&](int piece, Index first, Index here, Index top, Index bottom) {
        real* const block = scratch.data() + layout.shared() + piece * layout.each();
        real* const rows = block + layout.images;
        const image_block::PooledRow pooled(v, outputs, rows + layout.rows);
        image_block::gather(x + first * image, here, image, image, block);
        for (Index row = top; row < bottom; ++row) {
          for (Index line = 0; line < lines; ++line) {
            slide(v, block, row * lines + line, outputs, kernel, scratch.data(),
                  rows + line * numbers * kLanes);
          }
          if (y.pooled()) {
            pooled.put(rows, first, here, row, y);
          } else {
            image_block::scatter(rows, here, out, numbers, y.add,
                                 y.y + first * out + row * numbers);
          }
        }
      });
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
  const Layout layout = input_gradient_layout(v, outputs, dy.pooled());
  const Window turned = convolution::turned(v, outputs);
  const Index pixels = v.kernel_height * v.kernel_width, k_all = v.column_size();
  // Pixels of the kernel from the last to the first.
  const auto turned_weight = [=, channels = v.channels](Index k, Index c) {
    return weight[k % outputs * k_all + (pixels - 1 - k / outputs) * channels + c];
  };
  place_kernel(turned, layout, v.channels, turned_weight, nullptr, scratch.data());
  const real* const kernel = scratch.data() + layout.bias;
  const Index out = v.positions() * outputs, line = v.out_width() * outputs * kLanes;
  const Index numbers = v.width * v.channels;
  image_block::Pieces(images, v.height, most_pieces(layout, scratch))
      .run([&](int piece, Index first, Index here, Index top, Index bottom) {
        real* const block = scratch.data() + layout.shared() + piece * layout.each();
        real* const row = block + layout.images;
        if (dy.pooled()) {
          const image_block::PooledRow pooled(v, outputs, row + layout.rows);
          for (Index y = 0; y < v.out_height() / 2; ++y) {
            pooled.take(dy, first, here, y, block + 2 * y * line);
          }
        } else {
          image_block::gather(dy.dy + first * out, here, out, out, block);
        }
        for (Index y = top; y < bottom; ++y) {
          slide(turned, block, y, v.channels, kernel, scratch.data(), row);
          image_block::scatter(row, here, v.image_size(), numbers, add,
                               dx + first * v.image_size() + y * numbers);
        }
      });
}

}  // namespace

const ForwardWay kForward = {forward_cost, forward_scratch, forward};
const InputGradientWay kInputGradient = {input_gradient_cost, input_gradient_scratch,
                                         input_gradient};

}  // namespace espalier::convolution::across
