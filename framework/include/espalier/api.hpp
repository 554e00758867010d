// module: core
#pragma once

#include <cstdint>

/// @ingroup plugins
/// Marks what libespalier exports; everything else is hidden.
#define ESPALIER_API __attribute__((visibility("default")))

namespace espalier {

/// @addtogroup numbers
/// @{

/// Signed size and position type of the whole framework.
using Index = std::int64_t;

/// Scalar of every tensor: float in libespalier; double in libespalier_f64, which exists for
/// gradient checks only. The inline namespace around `Tensor` (see tensor.hpp) makes a program that
/// mixes the two fail to link.
#ifdef ESPALIER_REAL_DOUBLE
using real = double;
#else
using real = float;
#endif
/// @}

}  // namespace espalier
