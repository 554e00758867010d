#pragma once

#include "espalier/penalty.hpp"

namespace espalier {

/// A penalty that writes the gradients of all its parameters at once, straight to where the
/// optimisers want them: each parameter is read once, and no gradient lies in memory.
class ESPALIER_API SinkPenalty : public Penalty {
 public:
  ~SinkPenalty() override;
  /// sinks[k] = beta sinks[k] + alpha d value / d parameter k, all at the parameters' present
  /// values. A sink may be its own parameter, and no other's. `finish` is not called.
  virtual void add_gradient(std::span<const Sink> sinks) const = 0;
};

}  // namespace espalier
