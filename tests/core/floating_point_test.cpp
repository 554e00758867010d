#include "core/floating_point.hpp"

#include <doctest/doctest.h>
#include <xmmintrin.h>

#include <bit>
#include <cstdint>
#include <thread>

using namespace espalier;

namespace {

// Not folded by the compiler: the mode of the thread decides.
float product(float a, float b) {
  volatile float x = a, y = b;
  return x * y;
}

}  // namespace

TEST_CASE("flushing makes subnormal results and operands zero") {
  bool before = true, after = false, inherited = false;
  float kept = 0.0F, result = 1.0F, operand = 1.0F;
  std::thread([&] {
    _mm_setcsr(0x1f80);  // the mode a program starts with
    before = flushes_subnormals();
    kept = product(1e-30F, 1e-10F);
    flush_subnormals();
    after = flushes_subnormals();
    result = product(1e-30F, 1e-10F);
    operand = product(1e-40F, 1e10F);
    std::thread([&] { inherited = flushes_subnormals(); }).join();
  }).join();
  CHECK_FALSE(before);
  // By its bits: this thread may itself take a subnormal operand for zero.
  CHECK(std::bit_cast<std::uint32_t>(kept) != 0);
  CHECK(after);
  CHECK(result == 0.0F);
  CHECK(operand == 0.0F);
  CHECK(inherited);
}
