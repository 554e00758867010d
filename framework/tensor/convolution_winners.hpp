#pragma once

#include "tensor/convolution_ways.hpp"

/// Gradients of a convolution behind max(0, .) and max pooling of four outputs: at most one of the
/// four has a gradient, and only it is multiplied: of pixels that are no numbers, those alone reach
/// dW that a winner's window sees. A gradient that is none may reach pixels around its window.
/// Vectors run along the pixels under the window.
namespace espalier::convolution::winners {

ESPALIER_API extern const InputGradientWay kInputGradient;
ESPALIER_API extern const WeightGradientWay kWeightGradient;

}  // namespace espalier::convolution::winners
