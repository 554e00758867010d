#pragma once

#include "espalier/op.hpp"
#include "tensor/start.hpp"

namespace espalier {

/// An op whose product that forms the gradient of its first parameter tells of the blocks of the
/// sink that it is about to read. The plan looks for it where a penalty is due.
class StartedGradient {
 public:
  virtual ~StartedGradient() = default;
  /// Op::parameter_gradient with a sink of parameter 0 alone, in whose blocks `start` puts
  /// something before they are read. REQUIRES beta != 0.
  virtual void parameter_gradient_started(const GradientContext& c, const Start& start) const = 0;
};

}  // namespace espalier
