#pragma once

#include "tensor/simd.hpp"

/// Images side by side: number i of kLanes images is vector i of a block. What is computed for one
/// image then fills whole vectors, however few channels there are.
namespace espalier::image_block {

/// Blocks that hold this many images.
constexpr Index count(Index images) { return (images + simd::kLanes - 1) / simd::kLanes; }

/// Numbers [0, numbers) of `images` <= kLanes images, `stride` numbers from one to the next, become
/// vectors `to`; lanes without an image are 0.
void gather(const real* from, Index images, Index stride, Index numbers, real* to);

/// Likewise of bytes.
void gather(const std::uint8_t* from, Index images, Index stride, Index numbers, std::uint8_t* to);

/// The way back; `add`: to +=. Nothing but those numbers is touched.
void scatter(const real* from, Index images, Index stride, Index numbers, bool add, real* to);

void scatter(const std::uint8_t* from, Index images, Index stride, Index numbers, std::uint8_t* to);

}  // namespace espalier::image_block
