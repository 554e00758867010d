#pragma once

#include <span>

#include "tensor/output_gradient.hpp"

/// Convolutions with vectors of images (image_block.hpp): for few or oddly many channels, with
/// which vectors of outputs would be half empty. A sum has the order, and so the bits, of
/// convolution::direct. Images are (N, H, W, C), weights (O, KH, KW, C).
namespace espalier::convolution::across {

/// Numbers of `scratch` that the functions below need with `threads` threads. With less of it a
/// call runs on fewer. `pooled`: of an OutputPlace or an OutputGradient.
ESPALIER_API Index forward_scratch(const Window& v, Index outputs, int threads, bool pooled);
ESPALIER_API Index input_gradient_scratch(const Window& v, Index outputs, int threads, bool pooled);
ESPALIER_API Index weight_gradient_scratch(const Window& v, Index outputs, int threads,
                                           bool pooled);

/// Y = X * W + b, `bias` may be null.
ESPALIER_API void forward(const Window& v, Index images, const real* x, Index outputs,
                          const real* weight, const real* bias, const OutputPlace& y,
                          std::span<real> scratch);

/// dX (N, H, W, C) = the same sum over dY with the kernel turned round; `add`: dX +=.
/// REQUIRES: `turns(v)`.
ESPALIER_API void input_gradient(const Window& v, Index images, const OutputGradient& dy,
                                 Index outputs, const real* weight, bool add, real* dx,
                                 std::span<real> scratch);

/// dW (O, KH, KW, C) = beta dW + alpha sum over images and positions of dY' X.
ESPALIER_API void weight_gradient(const Window& v, Index images, const real* x,
                                  const OutputGradient& dy, Index outputs, double alpha,
                                  double beta, real* dw, std::span<real> scratch);

}  // namespace espalier::convolution::across
