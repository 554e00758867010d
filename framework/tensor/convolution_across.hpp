#pragma once

#include "tensor/convolution_ways.hpp"

/// Convolutions with vectors of images (image_block.hpp): for few or oddly many channels, with
/// which vectors of outputs would be half empty. A sum has the order, and so the bits, of
/// convolution::direct.
namespace espalier::convolution::across {

ESPALIER_API extern const ForwardWay kForward;
/// The same sum over dY with the kernel turned round, where the window turns.
ESPALIER_API extern const InputGradientWay kInputGradient;
ESPALIER_API extern const WeightGradientWay kWeightGradient;

/// What a number costs that goes into or out of a block of images.
inline constexpr double kMove = 8.0;
/// A block of images must stay in the second-level cache.
inline bool has_small_blocks(const Window& v) {
  constexpr Index kMost = Index{1} << 20U;  // bytes
  return v.image_size() * static_cast<Index>(simd::kBytes) <= kMost;
}

}  // namespace espalier::convolution::across
