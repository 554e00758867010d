#include "autograd/ops/view.hpp"
#include "espalier/ops.hpp"

namespace espalier {

Var flatten(Tape& tape, Var x) {
  const Shape row{tape.shape(x).row_size()};
  return tape.record(std::make_unique<ViewOp>("flatten", row), {x});
}

}  // namespace espalier
