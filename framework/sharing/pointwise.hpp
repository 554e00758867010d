#pragma once

#include <string_view>

#include "espalier/layers.hpp"

namespace espalier {

/// A 1x1 convolution of images (N, H, W, C), a linear layer over the last axis of other features,
/// with layers' own initial weights or with `start`.
inline Var pointwise(const Net& net, std::string_view name, Var x, Index width,
                     const Initializer* start = nullptr, bool bias = true) {
  if (net.tape().shape(x).rank() == 4) {
    ConvLayer layer{.channels = width, .kernel = 1, .bias = bias};
    if (start != nullptr) layer.weights = *start;
    return conv(net, name, x, layer);
  }
  LinearLayer layer{.units = width, .bias = bias};
  if (start != nullptr) layer.weights = *start;
  return linear(net, name, x, layer);
}

}  // namespace espalier
