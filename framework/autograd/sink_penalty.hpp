#pragma once

#include "espalier/penalty.hpp"
#include "tensor/start.hpp"

namespace espalier {

/// A penalty that writes the gradients of all its parameters at once, straight to where the
/// optimisers want them: each parameter is read once, and no gradient lies in memory.
class ESPALIER_API SinkPenalty : public Penalty {
 public:
  ~SinkPenalty() override;
  /// sinks[k] = beta sinks[k] + alpha d value / d parameter k, all at the parameters' present
  /// values. A sink may be its own parameter, and no other's. `finish` is not called.
  virtual void add_gradient(std::span<const Sink> sinks) const = 0;

  /// Parameters g, g + groups(), g + 2 groups(), ... are group g, all of one size: each number of
  /// their gradients depends on the numbers at its place in them alone. A group may then be taken
  /// later than others, and piece by piece. 0: there are no groups.
  virtual std::size_t groups() const { return 0; }
  /// The sinks of what `add_group` and `add_block` add until the next call. REQUIRES groups() > 0.
  virtual void note(std::span<const Sink> /*sinks*/) const {}
  /// Adds the gradients of one group, on all threads.
  virtual void add_group(std::size_t /*group*/) const {}
  /// Adds the numbers of `block` of them, on the calling thread.
  virtual void add_block(std::size_t /*group*/, const NumberBlock& /*block*/) const {}
};

}  // namespace espalier
