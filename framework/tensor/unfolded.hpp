#pragma once

#include <span>

#include "tensor/output_gradient.hpp"

/// Input gradients of convolutions by a product and a fold: every window's gradient is formed, then
/// added where the window stood. For strides, and where the windows would mostly see the border.
namespace espalier::unfolded {

/// Numbers of `scratch` for `threads` threads; `pooled`: of an OutputGradient.
ESPALIER_API Index scratch(const Window& v, Index outputs, Index images, int threads, bool pooled);

/// dX (N, H, W, C) = fold(dY (N, OH, OW, O) W (O, KH, KW, C)); `add`: dX +=.
ESPALIER_API void input_gradient(const Window& v, Index images, const OutputGradient& dy,
                                 Index outputs, const real* weight, bool add, real* dx,
                                 std::span<real> scratch);

}  // namespace espalier::unfolded
