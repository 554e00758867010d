#pragma once

#include <cstdint>

#include "tensor/window.hpp"

/// The usual window of max pooling, 2 x 2 at stride 2 over even images without a border: every
/// pixel lies under exactly one. Images are (H, W, C).
namespace espalier::pool_halves {

ESPALIER_API bool fits(const Window& w);

/// Pixels under it.
inline constexpr Index kPixels = 4;

/// That window over the outputs of a convolution.
inline Window over(const Window& v, Index outputs) {
  return {v.out_height(), v.out_width(), outputs, 2, 2, 2, 0};
}

/// y (H/2, W/2, C) = the largest of four pixels, NaN if one is NaN; winners: which one, 0 to 3 in
/// reading order.
ESPALIER_API void largest(const Window& w, const real* x, real* y, std::uint8_t* winners);

/// dx (H, W, C) of one image: dy where a pixel won, else 0; `add`: dx +=.
ESPALIER_API void give_back(const Window& w, const std::uint8_t* winners, const real* dy, bool add,
                            real* dx);

/// What stands for the winner where no pixel gets a gradient.
inline constexpr std::uint8_t kNobody = 4;

/// y = max(0, y), NaN stays; winners of what is not positive become kNobody.
ESPALIER_API void rectify(Index numbers, real* y, std::uint8_t* winners);

/// y (H/2, W/2, C) = the pixel of one image that won, 0 where nobody did; `add`: y +=.
ESPALIER_API void pick(const Window& w, const std::uint8_t* winners, const real* x, bool add,
                       real* y);

/// dx (H, W, C) of one image, rows `dx_row` numbers apart: dy where a pixel won, else 0. Nothing
/// else is touched.
ESPALIER_API void spread(const Window& w, const std::uint8_t* winners, const real* dy, real* dx,
                         Index dx_row);

}  // namespace espalier::pool_halves
