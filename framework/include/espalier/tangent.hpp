// module: autograd
#pragma once

#include <cstddef>
#include <span>

#include "espalier/op.hpp"

namespace espalier {

/// @addtogroup ops
/// @{

/// The gradient dy' x of a parameter that an op of the same kind, over another batch, was not asked
/// to form.
struct UnformedGradient {
  ConstTensor input;  ///< x: input 0 of that op
  ConstTensor dy;     ///< cotangent of its output, over the same rows
};

/// What HasTangent::tangent sees: the op after its forward pass (inputs and output where backward
/// or parameter_gradient reads them), and how what it reads moves.
struct TangentContext : OpContext {
  std::span<const Tensor> dx;  ///< per input: its tangent; of one that stays zeros, and without
                               ///< data where no input moves
  Tensor dy;                   ///< tangent of the output, uninitialised; perhaps the memory of
                               ///< dx[0], where the op works in place
  std::span<const ConstTensor> moves;  ///< per parameter: its tangent; no data: it stays, or its
                                       ///< tangent is unformed
  std::span<const std::span<const UnformedGradient>> unformed;  ///< per parameter: parts of it
};

/// What an op of a trunk has beside its backward, so that the trunk can be differentiated forward:
/// one direction of inputs and parameters is pushed through it, all tasks' derivatives along that
/// direction are read off at the trunk's output. A model with an op without it is differentiated
/// backward, in a lane for each task.
///
/// Contract (tested): `tangent` is the transpose of `backward` and `parameter_gradient`.
class ESPALIER_API HasTangent {
 public:
  virtual ~HasTangent();
  /// Writes all of dy = (dy/dx) dx + (dy/dp) moves.
  virtual void tangent(const TangentContext& c) const = 0;
  /// Whether the tangent of parameter k, where it is the gradient of another batch of the same
  /// size, may stay unformed.
  virtual bool takes_unformed(int /*k*/, const Geometry& /*g*/) const { return false; }
  /// Bytes of workspace that `tangent` needs, where they are more than `footprint` says.
  virtual std::size_t tangent_workspace(const Geometry& /*g*/) const { return 0; }
};
/// @}

}  // namespace espalier
