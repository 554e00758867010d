#pragma once

#include "espalier/op.hpp"

namespace espalier {

/// relu: y = max(x, 0), dx = dy [y > 0]. The plan looks for it beside ops that can do its work.
class Rectifier : public Op {};

/// An op that can do the work of a relu before or behind it while it writes its own numbers: the
/// same bits, and a pass over memory less.
class RectifyingOp : public Op {
 public:
  /// `forward`, and the relu that alone reads its output.
  virtual void forward_rectified(const OpContext& c) const = 0;
  /// `backward`, and that of the relu that made input 0: dx = 0 where input 0 is not positive.
  /// REQUIRES one run, which overwrites.
  virtual void backward_rectified(const BackwardContext& c) const = 0;
};

}  // namespace espalier
