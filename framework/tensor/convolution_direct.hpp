#pragma once

#include "tensor/convolution_ways.hpp"

/// Convolutions as sums over windows in place, with vectors of outputs: nothing is unfolded, images
/// with a border are copied once into one, an image at a time for each thread.
namespace espalier::convolution::direct {

ESPALIER_API extern const ForwardWay kForward;
/// The same sum over dY with the kernel turned round, where the window turns.
ESPALIER_API extern const InputGradientWay kInputGradient;
ESPALIER_API extern const WeightGradientWay kWeightGradient;

/// Vectors run along `outputs`.
inline double cost(const Window& v, Index outputs) {
  return static_cast<double>(v.positions() * v.column_size() * simd::whole_vectors(outputs));
}

}  // namespace espalier::convolution::direct
