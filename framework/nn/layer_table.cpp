#include "nn/layers/make.hpp"

namespace espalier {

std::span<const LayerEntry> layer_table() {
  static constexpr LayerEntry kTable[] = {
      {"linear", "fully connected", make_linear},
      {"conv", "convolution over images (N, H, W, C)", make_conv},
      {"max_pool", "largest number of each window", make_max_pool},
      {"average_pool", "mean of each window", make_average_pool},
      {"global_average_pool", "mean over height and width", make_global_average_pool},
      {"relu", "max(x, 0)", make_relu},
      {"gelu", "x Phi(x), Hendrycks & Gimpel 2016", make_gelu},
      {"tanh", "hyperbolic tangent", make_tanh},
      {"sigmoid", "1 / (1 + exp(-x))", make_sigmoid},
      {"softmax", "softmax over the last axis", make_softmax},
      {"scale", "x times a fixed number", make_scale},
      {"dropout", "inverted dropout, Srivastava et al. 2014", make_dropout},
      {"batch_norm", "batch norm with statistics of each stream on its own, Ioffe & Szegedy 2015",
       make_batch_norm},
      {"layer_norm", "layer norm over the last axis, Ba et al. 2016", make_layer_norm},
      {"embedding", "a learned vector for each token", make_embedding},
      {"parameter", "a learned value that does not depend on x, the same for each example",
       make_parameter},
      {"mean", "mean over one axis", make_mean},
      {"reshape", "another shape for each example", make_reshape},
      {"flatten", "one vector for each example", make_flatten},
  };
  return kTable;
}

}  // namespace espalier
