#pragma once

#include <vector>

#include "espalier/ops.hpp"

namespace espalier {

/// Dropout of whole channels, Tompson et al. 2015 (arXiv:1411.4280): as `dropout`, but a number is
/// kept or dropped together with all others of its row and its place on the last axis. For layers
/// of images; x (N, ..., C).
ESPALIER_API Var channel_dropout(Tape& tape, Var x, double rate, std::vector<StreamRandom> randoms);

}  // namespace espalier
