#pragma once

#include <cstdint>
#include <span>

#include "data/glyph_pen.hpp"

namespace espalier {

constexpr Index kGlyphSide = 28;  ///< pixels

/// Draws ink as white on black, anti-aliased, with a random softness of the edges, intensity and
/// slight noise. `image` is kGlyphSide x kGlyphSide, row-major.
void draw_ink(std::span<const InkSegment> ink, RandomStream& random, std::span<std::uint8_t> image);

}  // namespace espalier
