#pragma once

#include <array>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "tensor/amx_sum.hpp"

namespace espalier::test {

/// AMX's tile registers in plain memory, for the engine's loops (bfloat::sum_in_tiles) on any
/// processor. Instructions as the manual has them (Intel SDM, volume 2: LDTILECFG, TILELOADD,
/// TILESTORED, TDPBF16PS): rows and bytes beyond a register's configured size do not exist, and its
/// use without a configuration is an error.
class EmulatedTiles {
 public:
  static void configure() {
    const bfloat::TileConfiguration wanted = bfloat::whole_tiles();
    std::array<std::uint8_t, 64> bytes{};
    std::memcpy(bytes.data(), &wanted, bytes.size());
    if (bytes[0] != 1 || bytes[1] != 0) throw std::logic_error("palette or start row");
    for (std::size_t r = 0; r < 16; ++r) {
      const std::size_t low = bytes[16 + 2 * r], high = bytes[17 + 2 * r];
      const std::size_t row_bytes = high << 8U | low, rows = bytes[48 + r];
      const bool used = r < 8;
      if (row_bytes > (used ? 64 : 0) || rows > (used ? 16 : 0)) throw std::logic_error("size");
      if (used) registers()[r] = {rows, row_bytes, {}};
    }
  }
  static void release() { registers() = {}; }

  template <int kRegister>
  static void zero() {
    of(kRegister).bytes.fill(0);
  }
  template <int kRegister>
  static void load(const void* from, Index row_bytes) {
    Register& to = of(kRegister);
    to.bytes.fill(0);
    for (std::size_t r = 0; r < to.rows; ++r) {
      std::memcpy(to.row(r), static_cast<const char*>(from) + static_cast<Index>(r) * row_bytes,
                  to.row_bytes);
    }
  }
  template <int kRegister>
  static void store(void* to, Index row_bytes) {
    Register& from = of(kRegister);
    for (std::size_t r = 0; r < from.rows; ++r) {
      std::memcpy(static_cast<char*>(to) + static_cast<Index>(r) * row_bytes, from.row(r),
                  from.row_bytes);
    }
  }
  // Products of first and of second numbers of pairs have sums of their own, which come to the
  // register's once.
  template <int kSums, int kA, int kB>
  static void add_products() {
    Register &sums = of(kSums), &a = of(kA), &b = of(kB);
    if (a.row_bytes / 4 != b.rows || sums.rows != a.rows || sums.row_bytes != b.row_bytes) {
      throw std::logic_error("sizes");
    }
    for (std::size_t m = 0; m < sums.rows; ++m) {
      for (std::size_t n = 0; n < sums.row_bytes / 4; ++n) {
        float first = 0.0F, second = 0.0F;
        for (std::size_t k = 0; k < a.row_bytes / 4; ++k) {
          first = flushed(std::fma(a.number(m, 2 * k), b.number(k, 2 * n), first));
          second = flushed(std::fma(a.number(m, 2 * k + 1), b.number(k, 2 * n + 1), second));
        }
        float sum = 0.0F;
        std::memcpy(&sum, sums.row(m) + 4 * n, sizeof sum);
        sum = flushed(flushed(sum) + flushed(first + second));
        std::memcpy(sums.row(m) + 4 * n, &sum, sizeof sum);
      }
    }
  }

 private:
  static float flushed(float x) { return std::fpclassify(x) == FP_SUBNORMAL ? 0.0F : x; }

  struct Register {
    std::size_t rows = 0, row_bytes = 0;
    std::array<char, 1024> bytes{};
    char* row(std::size_t r) { return bytes.data() + r * 64; }
    float number(std::size_t r, std::size_t at) {
      Bf16 bits = 0;
      std::memcpy(&bits, row(r) + 2 * at, sizeof bits);
      return flushed(bfloat::value_of(bits));
    }
  };
  static std::array<Register, 8>& registers() {
    static thread_local std::array<Register, 8> all;
    return all;
  }
  static Register& of(int number) {
    Register& one = registers()[static_cast<std::size_t>(number)];
    if (one.rows == 0) throw std::logic_error("a tile without a configuration");
    return one;
  }
};

/// The AMX engine on them.
inline constexpr bfloat::Engine kEmulatedAmx = {
    "emulated_amx",        true, 1, EmulatedTiles::configure, bfloat::sum_in_tiles<EmulatedTiles>,
    EmulatedTiles::release};

/// The processor's own tiles where it has them, the emulated ones elsewhere.
inline const bfloat::Engine* amx_of_tests() {
  const bfloat::Engine* const own = bfloat::amx_engine();
  return own != nullptr ? own : &kEmulatedAmx;
}

}  // namespace espalier::test
