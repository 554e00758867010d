#pragma once

#include "espalier/api.hpp"

namespace espalier {

/// Flushes subnormal results and operands to zero in the calling thread (a gemm on subnormal
/// numbers is a hundred times slower). Threads started later by this thread inherit the mode.
ESPALIER_API void flush_subnormals();

/// Whether the calling thread flushes subnormals.
ESPALIER_API bool flushes_subnormals();

}  // namespace espalier
