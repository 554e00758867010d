#pragma once

#include <array>

#include "tensor/block_sums.hpp"
#include "tensor/output_gradient.hpp"

namespace espalier::convolution::winners {

inline constexpr Index kPixels = 4;  ///< that one of wins

/// Whether pixels lie one after the other, or each in whole vectors.
enum class Pixels : std::uint8_t { close, apart };

/// How an image lies while winners are multiplied: with its border.
struct Layout {
  Index pixel;  // numbers from pixel to pixel
  Index row;    // from row to row
  Index image;  // of all, and what the last window reads behind it
  block_sums::Block block;
  Index block_row;      // numbers of a row under the window, in whole vectors
  Index block_numbers;  // of all its rows
  Index entries;        // numbers that those of an output take, and one behind them

  Layout(const Window& v, Pixels pixels)
      : pixel(pixels == Pixels::apart ? simd::whole_vectors(v.channels) : v.channels),
        row((v.width + 2 * v.padding) * pixel),
        image(simd::whole_vectors((v.height + 2 * v.padding) * row) + simd::kLanes),
        block(v.kernel_height, simd::whole_vectors(v.kernel_width * pixel) / simd::kLanes),
        block_row(block.vectors * simd::kLanes),
        block_numbers(block.rows * block_row),
        entries(simd::whole_vectors((v.positions() / kPixels + 1) *
                                    static_cast<Index>(sizeof(block_sums::Entry) / sizeof(real)))) {
  }

  real* inside(const Window& v, real* of) const { return of + v.padding * (row + pixel); }
};

/// The gradients of one output of an image and where their windows begin; those that are nobody's
/// are left out. Returns the end of the list.
inline block_sums::Entry* list(const Window& v, const Layout& layout, const OutputGradient& dy,
                               Index outputs, Index output, block_sums::Entry* end) {
  const Index right = v.stride * layout.pixel, down = v.stride * layout.row;
  const std::array<Index, kPixels + 1> winner = {0, right, down, down + right, 0};
  const Index height = v.out_height() / 2, width = v.out_width() / 2;
  Index i = output;
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x, i += outputs) {
      const std::uint8_t who = dy.winners[i];
      *end = {dy.dy[i], static_cast<std::int32_t>(2 * (y * down + x * right) + winner[who])};
      end += who != pool_halves::kNobody ? 1 : 0;
    }
  }
  return end;
}

}  // namespace espalier::convolution::winners
