#pragma once

#include "espalier/random.hpp"

namespace espalier {

/// to[i] = deviation * z_i for i in [begin, end), z_i the i-th of the numbers that
/// `RandomStream::normal` draws from where `random` stands: the same bits, several at a time.
ESPALIER_API void draw_normals(const RandomStream& random, double deviation, Index begin, Index end,
                               real* to);

}  // namespace espalier
