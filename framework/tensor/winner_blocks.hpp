#pragma once

#include <algorithm>

#include "tensor/pool_halves.hpp"
#include "tensor/window.hpp"
#include "tensor/winner_list.hpp"

/// The weights that a gradient carries from pooled outputs to the pixels under their windows.
namespace espalier::convolution::winners {

/// Weights as blocks that are added up, lengths in numbers. A sum is of one of the four pixels that
/// pooling chose from, over the outputs that won there: its block is the kernel, pixels in whole
/// vectors. Or it is of all four, where that takes less time: its block covers the windows of all,
/// with zeros around the kernel. For a stride s and a kernel of h rows an output then has
///
///     s rows of zeros     where blocks of the lower pixels begin, of h + s rows,
///     h rows of kernel    and s rows on those of the upper ones,
///     s rows of zeros
///
/// twice: with the kernel s pixels to the right, for the right pixels, and as it is.
struct BlocksLayout {
  bool whole;            ///< of all four
  Index pixel;           ///< from pixel to pixel
  Index rows, row;       ///< of a block
  Index kernel, output;  ///< a kernel with its zeros, and all of an output
  Index upper, left;     ///< where blocks begin; those of the lower and the right pixels at 0
  Index all;

  BlocksLayout(const Window& v, Index outputs, bool whole_places)
      : whole(whole_places),
        pixel(whole ? v.channels : simd::whole_vectors(v.channels)),
        rows(v.kernel_height + (whole ? v.stride : 0)),
        row(simd::whole_vectors((v.kernel_width + (whole ? v.stride : 0)) * pixel)),
        kernel((rows + (whole ? v.stride : 0)) * row),
        output(whole ? 2 * kernel : kernel),
        upper(whole ? v.stride * row : 0),
        left(whole ? kernel : 0),
        all(outputs * output) {}

  /// The one that takes less time.
  static BlocksLayout choose(const Window& v, Index outputs) {
    const BlocksLayout pixels(v, outputs, false), places(v, outputs, true);
    return places.cost(outputs, 1) < pixels.cost(outputs, 1) ? places : pixels;
  }

  /// Of a place of pooling.
  double cost(Index outputs, Index lanes) const {
    constexpr AddCost kAdd{.read = 1.4, .multiply = 0.6};
    constexpr double kSums = 1.2;  // sums are read and written
    const Index sums = lanes * (whole ? 1 : pool_halves::kPixels);
    return static_cast<double>(rows * row) *
           (kAdd.of(lanes) * static_cast<double>(outputs) + kSums * static_cast<double>(sums));
  }

  /// Lays the weights (O, KH, KW, C) into `to`, which holds `all`.
  void place(const Window& v, Index outputs, const real* weight, real* to) const {
    std::fill_n(to, all, real{0});
    const Index line = v.kernel_width * v.channels;
    for (Index o = 0; o < outputs; ++o, to += output) {
      for (Index y = 0; y < v.kernel_height; ++y, weight += line) {
        real* const into = to + upper + y * row;
        for (Index x = 0; x < v.kernel_width; ++x) {
          std::copy_n(weight + x * v.channels, v.channels, into + left + x * pixel);
        }
        if (whole) std::copy_n(weight, line, into + v.stride * pixel);
      }
    }
  }
};

}  // namespace espalier::convolution::winners
