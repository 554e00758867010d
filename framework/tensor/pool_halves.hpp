#pragma once

#include <cstdint>

#include "tensor/window.hpp"

/// The usual window of max pooling, 2 x 2 at stride 2 over even images without a border: every
/// pixel lies under exactly one. Images are (H, W, C).
namespace espalier::pool_halves {

ESPALIER_API bool fits(const Window& w);

/// y (H/2, W/2, C) = the largest of four pixels, NaN if one is NaN; winners: which one, 0 to 3 in
/// reading order.
ESPALIER_API void largest(const Window& w, const real* x, real* y, std::uint8_t* winners);

/// dx (H, W, C) of one image: dy where a pixel won, else 0; `add`: dx +=.
ESPALIER_API void give_back(const Window& w, const std::uint8_t* winners, const real* dy, bool add,
                            real* dx);

}  // namespace espalier::pool_halves
