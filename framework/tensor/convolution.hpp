#pragma once

#include <span>

#include "tensor/convolution_ways.hpp"

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
/// The same for input_gradients, and for weight_gradients, of up to this many lanes.
ESPALIER_API Index input_lanes_scratch(const Window& v, Index outputs, int threads, Index lanes);
ESPALIER_API Index weight_lanes_scratch(const Window& v, Index outputs, int threads, Index lanes);

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

/// Whether it is cheaper to take so many lanes together than one after the other. At most
/// kMostLanes are.
ESPALIER_API bool gains_by_input_lanes(const Window& v, Index outputs, Index lanes);
ESPALIER_API bool gains_by_weight_lanes(const Window& v, Index outputs, Index lanes);

/// Both gradients in several lanes. REQUIRES: that it gains.
ESPALIER_API void input_gradients(const Window& v, Index images, const std::uint8_t* winners,
                                  std::span<const InputLane> lanes, Index outputs,
                                  const real* weight, std::span<real> scratch);
ESPALIER_API void weight_gradients(const Window& v, Index images, const real* x,
                                   const std::uint8_t* winners, std::span<const WeightLane> lanes,
                                   Index outputs, std::span<real> scratch);

}  // namespace espalier::convolution
