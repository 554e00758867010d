#pragma once

#include <span>

#include "tensor/output_gradient.hpp"

/// Convolutions, each in the cheapest of the available ways for its shape (convolution_ways.hpp has
/// what their parameters are): a product where the window sees one pixel, with vectors of outputs
/// (convolution_direct.hpp), with vectors of images (convolution_across.hpp), unfolded
/// (convolution_unfolded.hpp), or of what a pooled gradient has alone (convolution_winners.hpp).
/// Which one follows from the window and the outputs; outputs of an image have the same bits
/// whichever way they are computed.
namespace espalier::convolution {

/// Numbers of `scratch` that forward and input_gradient need with `threads` threads, for up to this
/// many images. With less of it a call runs on fewer.
ESPALIER_API Index scratch(const Window& v, Index outputs, Index images, int threads, bool pooled);
ESPALIER_API Index weight_gradient_scratch(const Window& v, Index outputs, int threads,
                                           bool pooled);

/// The window sees one pixel and visits all of them: a product, that nothing is pooled behind.
ESPALIER_API bool pointwise(const Window& v);

ESPALIER_API void forward(const Window& v, Index images, const real* x, Index outputs,
                          const real* weight, const real* bias, const OutputPlace& y,
                          std::span<real> scratch);

ESPALIER_API void input_gradient(const Window& v, Index images, const OutputGradient& dy,
                                 Index outputs, const real* weight, bool add, real* dx,
                                 std::span<real> scratch);

ESPALIER_API void weight_gradient(const Window& v, Index images, const real* x,
                                  const OutputGradient& dy, Index outputs, double alpha,
                                  double beta, real* dw, std::span<real> scratch);

}  // namespace espalier::convolution
