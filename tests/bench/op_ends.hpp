#pragma once

#include "espalier/tape.hpp"

namespace espalier::bench {

/// Ops that stand before and after the op that is measured and take no time: both write their
/// numbers in step 1 and never again. They need a plan whose blocks share no memory
/// (PlanOptions::spread) and `steps` that begin at 1.

/// y: random numbers of x's shape that depend on `weight`, so that an input gradient is wanted.
Var source(Tape& tape, Var x, Parameter& weight);
/// A loss (1) whose cotangent in x is random.
Var sink(Tape& tape, Var x);

}  // namespace espalier::bench
