#include <cmath>

#include "autograd/ops/elementwise_loss.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

// f = d^2 / 2 for |d| <= delta, else delta (|d| - delta / 2); f' = d clamped to [-delta, delta]
struct Huber {
  real delta;

  real value(real d) const {
    const real size = std::abs(d);
    return size <= delta ? d * d / 2 : delta * (size - delta / 2);
  }
  real slope(real d) const { return d > delta ? delta : d < -delta ? -delta : d; }
};

}  // namespace

Var huber(Tape& tape, Var prediction, Var target, double delta) {
  if (!(delta > 0.0)) check::fail("huber", "a delta above 0", text::number(delta));
  const OfDifference<Huber> function{{static_cast<real>(delta)}};
  return tape.record(std::make_unique<ElementwiseLoss<OfDifference<Huber>>>("huber", function),
                     {prediction, target});
}

}  // namespace espalier
