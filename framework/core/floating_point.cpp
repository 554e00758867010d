#include "core/floating_point.hpp"

#include <xmmintrin.h>

namespace espalier {

namespace {
constexpr unsigned kFlushToZero = 0x8000U;
constexpr unsigned kDenormalsAreZero = 0x0040U;
}  // namespace

void flush_subnormals() { _mm_setcsr(_mm_getcsr() | kFlushToZero | kDenormalsAreZero); }

bool flushes_subnormals() {
  constexpr unsigned both = kFlushToZero | kDenormalsAreZero;
  return (_mm_getcsr() & both) == both;
}

}  // namespace espalier
