#pragma once

#include <memory>

#include "espalier/op.hpp"

/// Ops that another one can compute in the same pass: see autograd/fuse.hpp.
namespace espalier {

/// Whether `op` is max pooling over pool_halves' window of these images (N, H, W, C).
bool pools_halves(const Op& op, const Shape& images);

/// The convolution `op` of `images` with max(0, .) and that pooling behind it; `relu_first`: their
/// order. Null where `op` is no convolution, or one that does not take them.
std::unique_ptr<Op> pooled_conv2d(const Op& op, const Shape& images, bool relu_first);

}  // namespace espalier
