// module: autograd
#pragma once

#include <span>

#include "espalier/parameter.hpp"

namespace espalier {

/// @addtogroup ops
/// @{

/// A function of parameters alone that training makes small beside the losses (soft sharing,
/// orthogonality). It is no task: its gradient has no row of its own for a balancer and enters the
/// update with weight 1, like weight decay.
class ESPALIER_API Penalty {
 public:
  virtual ~Penalty();
  /// What it is a function of.
  virtual std::span<Parameter* const> parameters() const = 0;
  /// The function at the parameters' present values.
  virtual double value() const = 0;
  /// gradients[k] (as large as parameter k) is overwritten with d value / d parameter k.
  virtual void gradient(std::span<real* const> gradients) const = 0;
};
/// @}

}  // namespace espalier
