#include "tensor/processor.hpp"

#if defined(__x86_64__) && defined(__linux__)

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace espalier::processor {

namespace {

struct Leaf {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Leaf leaf(unsigned number, unsigned part) {
  Leaf found;
  __get_cpuid_count(number, part, &found.eax, &found.ebx, &found.ecx, &found.edx);
  return found;
}

constexpr bool bit(std::uint64_t bits, unsigned number) { return (bits >> number & 1U) != 0; }

// XCR0: the registers that the system saves when it changes between processes; 0 where it saves
// none of those asked for here (OSXSAVE missing).
std::uint64_t saved_registers() {
  constexpr unsigned kOsxsave = 27;
  if (!bit(leaf(1, 0).ecx, kOsxsave)) return 0;
  std::uint32_t low = 0, high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t{high} << 32U | low;
}

bool all(std::uint64_t bits, std::uint64_t wanted) { return (bits & wanted) == wanted; }

// SSE, AVX and the three parts of AVX-512's registers; the tiles and their configuration.
constexpr std::uint64_t kVectors = 0xe6, kTiles = 0x60000;

bool ask_avx512_bf16() {
  constexpr unsigned kAvx512f = 16, kAvx512bw = 30, kAvx512bf16 = 5;
  const Leaf features = leaf(7, 0);
  return all(saved_registers(), kVectors) && bit(features.ebx, kAvx512f) &&
         bit(features.ebx, kAvx512bw) && bit(leaf(7, 1).eax, kAvx512bf16);
}

bool ask_amx_bf16() {
  constexpr unsigned kAmxBf16 = 22, kAmxTile = 24;
  const Leaf features = leaf(7, 0);
  if (!all(saved_registers(), kTiles) || !bit(features.edx, kAmxTile) ||
      !bit(features.edx, kAmxBf16)) {
    return false;
  }
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XTILEDATA
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

}  // namespace

bool has_avx512_bf16() {
  static const bool kHas = ask_avx512_bf16();
  return kHas;
}

bool has_amx_bf16() {
  static const bool kHas = ask_amx_bf16();
  return kHas;
}

}  // namespace espalier::processor

#else

namespace espalier::processor {

bool has_avx512_bf16() { return false; }
bool has_amx_bf16() { return false; }

}  // namespace espalier::processor

#endif
