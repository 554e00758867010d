// module: autograd
#pragma once

#include <span>

#include "espalier/parameter.hpp"

namespace espalier {

/// A function of parameters alone that training makes small beside the losses (soft sharing,
/// orthogonality). It is no task: its gradient has no row of its own for a balancer and enters the
/// update with weight 1, like weight decay.
class ESPALIER_API Penalty {
 public:
  virtual ~Penalty();
  virtual std::span<Parameter* const> parameters() const = 0;
  virtual double value() const = 0;
  /// gradients[k] (as large as parameter k) is overwritten with d value / d parameter k.
  virtual void gradient(std::span<real* const> gradients) const = 0;
};

}  // namespace espalier
