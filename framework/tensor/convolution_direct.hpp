#pragma once

#include <span>

#include "tensor/output_gradient.hpp"

/// Convolutions as sums over windows in place, with vectors of outputs: nothing is unfolded, images
/// with a border are copied once into one, an image at a time for each thread. Images are
/// (N, H, W, C), weights (O, KH, KW, C).
namespace espalier::convolution::direct {

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

/// Whether the input gradient is a convolution itself: stride 1, square kernels, a border no wider
/// than the kernel.
ESPALIER_API bool turns(const Window& v);
/// The window of that convolution: it slides over dY.
ESPALIER_API Window turned(const Window& v, Index outputs);

}  // namespace espalier::convolution::direct
