#pragma once

#include "espalier/tape.hpp"

namespace espalier {

/// Replaces chains of ops by one op that computes them in one pass, where nobody else reads, keeps
/// or watches what lies between: convolution, max(0, .) and 2 x 2 max pooling, in either order.
/// Values and cotangents are the same bits; sums of a gradient may be taken in another order.
ESPALIER_API void fuse(Tape& tape);

}  // namespace espalier
