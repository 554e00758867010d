#pragma once

#include "tensor/convolution_ways.hpp"

/// Input gradients of convolutions by a product and a fold: every window's gradient is formed, then
/// added where the window stood. For strides, and where the windows would mostly see the border.
namespace espalier::convolution::unfolded {

ESPALIER_API extern const InputGradientWay kInputGradient;

}  // namespace espalier::convolution::unfolded
