// module: nn
#pragma once

#include <optional>
#include <string_view>

#include "espalier/net.hpp"

/// Layers for heads: each makes its parameters under `name` in the net's scope and records its ops.
/// Layers of a trunk are named in YAML instead; both share their code (nn/layers/).
namespace espalier {

/// @addtogroup layers
/// @{

/// What makes a linear layer.
struct LinearLayer {
  Index units = 1;   ///< numbers in a row of the output
  bool bias = true;  ///< whether a bias is added
  Initializer weights = {
      Initializer::Kind::glorot_normal};  ///< how the weights start; a bias starts at zero
};
/// x (N, ..., F) to (N, ..., units).
ESPALIER_API Var linear(const Net& net, std::string_view name, Var x, const LinearLayer& layer);

/// What makes a convolution.
struct ConvLayer {
  Index channels = 1;                           ///< of the output
  Index kernel = 3;                             ///< height and width of the kernel
  Index stride = 1;                             ///< in both directions
  std::optional<Index> padding = std::nullopt;  ///< absent: "same", (kernel - 1) / 2
  bool bias = true;                             ///< whether a bias is added
  Initializer weights = {
      Initializer::Kind::he_normal};  ///< how the weights start; a bias starts at zero
};
/// x (N, H, W, C) to (N, H', W', channels).
ESPALIER_API Var conv(const Net& net, std::string_view name, Var x, const ConvLayer& layer);

/// Batch norm over the last axis, with statistics of each stream on its own.
ESPALIER_API Var batch_norm(const Net& net, std::string_view name, Var x,
                            const BatchNormOptions& options = {});
/// Layer norm over the last axis.
ESPALIER_API Var layer_norm(const Net& net, std::string_view name, Var x, double epsilon = 1e-5);
/// tokens (N, ...) to (N, ..., width).
ESPALIER_API Var embedding(const Net& net, std::string_view name, Var tokens, Index vocabulary,
                           Index width);
/// x of any shape: each number becomes zero with probability `rate`, in training only.
ESPALIER_API Var dropout(const Net& net, std::string_view name, Var x, double rate);
/// @}

}  // namespace espalier
