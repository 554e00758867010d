#include "tensor/amx_sum.hpp"
#include "tensor/processor.hpp"

#if defined(__x86_64__) && !defined(ESPALIER_REAL_DOUBLE)

namespace espalier::bfloat {

namespace {

// The instructions themselves: the compilers' own names for them (g++ 12) do not say that a load
// reads memory, and that a configuration is 64 bytes long. Memory written before is written when
// they run.
struct AmxRegisters {
  template <int kRegister>
  static void zero() {
    asm volatile("tilezero %%tmm%c0" : : "i"(kRegister));
  }
  template <int kRegister>
  static void load(const void* from, Index row_bytes) {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2"
                 :
                 : "r"(from), "r"(row_bytes), "i"(kRegister)
                 : "memory");
  }
  template <int kRegister>
  static void store(void* to, Index row_bytes) {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)"
                 :
                 : "r"(to), "r"(row_bytes), "i"(kRegister)
                 : "memory");
  }
  // In AT&T's order: B, A, sums.
  template <int kSums, int kA, int kB>
  static void add_products() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kSums), "i"(kA), "i"(kB));
  }
};

void begin() {
  static constexpr TileConfiguration kWhole = whole_tiles();
  asm volatile("ldtilecfg %0" : : "m"(kWhole));
}

// Tiles in their first state cost nothing when the system changes between threads.
void end() { asm volatile("tilerelease" : : : "memory"); }

constexpr Engine kEngine = {"amx_bf16", true, 1, begin, sum_in_tiles<AmxRegisters>, end};

}  // namespace

const Engine* amx_engine() { return processor::has_amx_bf16() ? &kEngine : nullptr; }

}  // namespace espalier::bfloat

#else

namespace espalier::bfloat {

const Engine* amx_engine() { return nullptr; }

}  // namespace espalier::bfloat

#endif
