#include "autograd/ops/elementwise_loss.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

// f = d^2, f' = 2 d
struct Square {
  real value(real d) const { return d * d; }
  real slope(real d) const { return 2 * d; }
};

}  // namespace

Var mean_squared_error(Tape& tape, Var prediction, Var target) {
  return tape.record(std::make_unique<ElementwiseLoss<OfDifference<Square>>>("mean_squared_error"),
                     {prediction, target});
}

}  // namespace espalier
