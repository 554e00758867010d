#include "autograd/ops/view.hpp"
#include "espalier/ops.hpp"

namespace espalier {

Var reshape(Tape& tape, Var x, const Shape& row) {
  return tape.record(std::make_unique<ViewOp>("reshape", row), {x});
}

}  // namespace espalier
