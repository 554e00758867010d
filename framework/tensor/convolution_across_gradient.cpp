#include <algorithm>
#include <array>
#include <utility>

#include "tensor/bordered_image.hpp"
#include "tensor/convolution_across.hpp"
#include "tensor/even.hpp"
#include "tensor/image_pieces.hpp"
#include "tensor/pooled_row.hpp"
#include "tensor/transpose_block.hpp"

namespace espalier::convolution::across {

namespace {

using simd::kLanes;
using simd::Vector;

// Outputs and numbers of the window of a tile: its sums, the outputs and one number fit into the
// registers.
constexpr Index kMostOutputs = simd::kRegisters == 32 ? 5 : 3;
constexpr Index kMostNumbers = simd::kRegisters == 32 ? 5 : 3;

/// What each thread has: images with a border, some rows of dY, a pooled one, and its sums
/// (O, KH KW C), vectors over images.
struct Layout {
  Index row, images, rows, dy, pooled, sums;

  Layout(const Window& v, Index outputs, bool is_pooled)
      : row((v.width + 2 * v.padding) * v.channels * kLanes),
        images((v.height + 2 * v.padding) * row),
        rows(std::clamp<Index>(kPositions / v.out_width() / 2 * 2, 2, v.out_height() + 1)),
        dy(rows * v.out_width() * outputs * kLanes),
        pooled(is_pooled ? image_block::PooledRow::numbers(v, outputs) : 0),
        sums(v.column_size() * outputs * kLanes) {}

  Index each() const { return images + dy + pooled + sums; }

 private:
  // With these the outputs of a tile stay in the first-level cache.
  static constexpr Index kPositions = 48;
};

/// Lengths are in numbers.
struct Tile {
  Index rows, columns;  // of positions
  const real* dy;
  Index dy_row, dy_step;
  const real* x;
  Index x_row, x_step;
  real* sums;
  Index sums_row;  // from output to output
};

template <std::size_t kOutputCount, std::size_t kNumberCount>
void add_tile(const Tile& t) {
  constexpr auto kOutputs = static_cast<Index>(kOutputCount);
  constexpr auto kNumbers = static_cast<Index>(kNumberCount);
  Vector acc[kOutputCount][kNumberCount];
  for (Index o = 0; o < kOutputs; ++o) {
    for (Index k = 0; k < kNumbers; ++k) {
      acc[o][k] = simd::load(t.sums + o * t.sums_row + k * kLanes);
    }
  }
  for (Index row = 0; row < t.rows; ++row) {
    const real* dy = t.dy + row * t.dy_row;
    const real* x = t.x + row * t.x_row;
    for (Index column = 0; column < t.columns; ++column, dy += t.dy_step, x += t.x_step) {
      Vector d[kOutputCount];
#pragma GCC unroll 5
      for (Index o = 0; o < kOutputs; ++o) d[o] = simd::load(dy + o * kLanes);
#pragma GCC unroll 5
      for (Index k = 0; k < kNumbers; ++k) {
        const Vector v = simd::load(x + k * kLanes);
#pragma GCC unroll 5
        for (Index o = 0; o < kOutputs; ++o) acc[o][k] += d[o] * v;
      }
    }
  }
  for (Index o = 0; o < kOutputs; ++o) {
    for (Index k = 0; k < kNumbers; ++k) {
      simd::store(t.sums + o * t.sums_row + k * kLanes, acc[o][k]);
    }
  }
}

using Kernel = void (*)(const Tile& t);

template <std::size_t... kAt>
constexpr auto table(std::index_sequence<kAt...> /*places*/) {
  return std::array<Kernel, sizeof...(kAt)>{
      add_tile<kAt / static_cast<std::size_t>(kMostNumbers) + 1,
               kAt % static_cast<std::size_t>(kMostNumbers) + 1>...};
}

constexpr auto kKernels =
    table(std::make_index_sequence<static_cast<std::size_t>(kMostOutputs* kMostNumbers)>());

/// sums += dY' X over `rows` rows of positions, X from the pixels under the first of them.
void add_rows(const Window& v, Index rows, const real* images, const real* dy, Index outputs,
              const Layout& layout, real* sums) {
  const Index run = v.kernel_width * v.channels, wide = even(run, kMostNumbers),
              many = even(outputs, kMostOutputs);
  Tile t{.rows = rows,
         .columns = v.out_width(),
         .dy = nullptr,
         .dy_row = v.out_width() * outputs * kLanes,
         .dy_step = outputs * kLanes,
         .x = nullptr,
         .x_row = v.stride * layout.row,
         .x_step = v.stride * v.channels * kLanes,
         .sums = nullptr,
         .sums_row = v.column_size() * kLanes};
  for (Index o = 0; o < outputs; o += many) {
    const Index o_here = std::min(many, outputs - o);
    t.dy = dy + o * kLanes;
    for (Index ky = 0; ky < v.kernel_height; ++ky) {
      for (Index k = 0; k < run; k += wide) {
        const Index k_here = std::min(wide, run - k);
        t.x = images + ky * layout.row + k * kLanes;
        t.sums = sums + o * t.sums_row + (ky * run + k) * kLanes;
        kKernels[static_cast<std::size_t>((o_here - 1) * kMostNumbers + k_here - 1)](t);
      }
    }
  }
}

/// dW = beta dW + alpha (sums of all pieces, over lanes)
void finish(Index numbers, int pieces, Index each, const real* sums, double alpha, double beta,
            real* dw) {
  const auto a = static_cast<real>(alpha), b = static_cast<real>(beta);
  const auto sum_at = [&](Index i) {
    Vector sum = simd::load(sums + i * kLanes);
    for (int p = 1; p < pieces; ++p) sum += simd::load(sums + p * each + i * kLanes);
    return sum;
  };
  constexpr Index kGroups = 32;  // worth a thread
  parallel::for_pieces(image_block::count(numbers), kGroups, [&](int, Index begin, Index end) {
    for (Index i = begin * kLanes; i < end * kLanes; i += kLanes) {
      const Index here = std::min(kLanes, numbers - i);
      Vector v[kLanes] = {};
      for (Index n = 0; n < here; ++n) v[n] = sum_at(i + n);
      simd::transpose(v);
      for (Index half = kLanes / 2; half > 0; half /= 2) {
        for (Index n = 0; n < half; ++n) v[n] += v[n + half];
      }
      for (Index n = 0; n < here; ++n) {
        dw[i + n] = a * v[0][n] + (b == 0 ? real{0} : b * dw[i + n]);
      }
    }
  });
}

/// It sees the border too, and has sums that must stay in the cache beside the images.
double weight_gradient_cost(const Window& v, Index outputs, bool /*pooled*/) {
  constexpr double kMostSums = 512.0 * 1024.0;  // bytes
  const auto sums = static_cast<double>(v.column_size() * outputs);
  if (!has_small_blocks(v) || sums * static_cast<double>(simd::kBytes) > kMostSums) return kNever;
  const auto moved = static_cast<double>(v.image_size() + v.positions() * outputs);
  return static_cast<double>(v.positions()) * sums + kMove * moved;
}

Index weight_gradient_scratch(const Window& v, Index outputs, int threads, bool pooled) {
  return threads * Layout(v, outputs, pooled).each();
}

void weight_gradient(const Window& v, Index images, const real* x, const OutputGradient& dy,
                     Index outputs, double alpha, double beta, real* dw, std::span<real> scratch) {
  const Layout layout(v, outputs, dy.pooled());
  const Index each = layout.each(), most = static_cast<Index>(scratch.size()) / each;
  const Index lines = dy.pooled() ? 2 : 1;  // that are taken together
  const image_block::Pieces work(images, v.out_height() / lines, most);
  const auto block_of = [&](int piece) { return scratch.data() + piece * each; };
  const auto sums_of = [&](int piece) { return block_of(piece) + each - layout.sums; };
  const int pieces = work.pieces();
  parallel::for_pieces(pieces, 1, [&](int /*piece*/, Index begin, Index end) {
    for (Index p = begin; p < end; ++p) {
      std::fill_n(sums_of(static_cast<int>(p)), layout.sums, real{0});
      std::fill_n(block_of(static_cast<int>(p)), layout.images, real{0});
    }
  });
  const Index image = v.image_size(), line = v.width * v.channels;
  const Index out = v.positions() * outputs, out_line = v.out_width() * outputs;
  work.run([&](int piece, Index first, Index here, Index top, Index bottom) {
    real* const block = block_of(piece);
    real* const corner = block + v.padding * (layout.row + v.channels * kLanes);
    real* const some = block + layout.images;
    const image_block::PooledRow pooled(v, outputs, some + layout.dy);
    for (Index y = 0; y < v.height; ++y) {
      image_block::gather(x + first * image + y * line, here, image, line, corner + y * layout.row);
    }
    for (Index oy = top * lines; oy < bottom * lines; oy += layout.rows) {
      const Index rows = std::min(layout.rows, bottom * lines - oy);
      if (dy.pooled()) {
        for (Index y = 0; y < rows; y += 2) {
          pooled.take(dy, first, here, (oy + y) / 2, some + y * out_line * kLanes);
        }
      } else {
        image_block::gather(dy.dy + first * out + oy * out_line, here, out, rows * out_line, some);
      }
      add_rows(v, rows, block + oy * v.stride * layout.row, some, outputs, layout, sums_of(piece));
    }
  });
  finish(outputs * v.column_size(), pieces, each, sums_of(0), alpha, beta, dw);
}

}  // namespace

const WeightGradientWay kWeightGradient = {weight_gradient_cost, weight_gradient_scratch,
                                           weight_gradient};

}  // namespace espalier::convolution::across
