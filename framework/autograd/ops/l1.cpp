#include <cmath>

#include "autograd/ops/elementwise_loss.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

// f = |d|, f' = sign d, 0 at the kink; NaN stays NaN
struct Absolute {
  real value(real d) const { return std::abs(d); }
  real slope(real d) const { return d > 0 ? real{1} : d < 0 ? real{-1} : d; }
};

}  // namespace

Var l1(Tape& tape, Var prediction, Var target) {
  return tape.record(std::make_unique<ElementwiseLoss<OfDifference<Absolute>>>("l1"),
                     {prediction, target});
}

}  // namespace espalier
