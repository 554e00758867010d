#include "tensor/bf16_tiles.hpp"
#include "tensor/processor.hpp"

#if defined(__x86_64__) && !defined(ESPALIER_REAL_DOUBLE)

#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace espalier::bfloat {

namespace {

// kRows x kPanels vectors of sums stay in registers: at least 12 of them hide the latency of an
// addition. A step is a pair along k: the two products of every pair are added in turn.
template <std::size_t kRowCount, std::size_t kPanelCount>
ESPALIER_AVX512_BF16 void sum_rows(const TileOperands& of, const Bf16* a, float* sums) {
  constexpr auto kRows = static_cast<Index>(kRowCount);
  constexpr auto kPanels = static_cast<Index>(kPanelCount);
  __m512 acc[kRowCount][kPanelCount];
#pragma GCC unroll 16
  for (Index i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (Index p = 0; p < kPanels; ++p) acc[i][p] = _mm512_setzero_ps();
  }
  const Bf16* b = of.b;
  for (Index block = 0; block < of.blocks; ++block, a += kBlock, b += kBlock) {
    of.ahead.step();
    for (Index pair = 0; pair < kDeep / 2; ++pair) {
      __m512bh right[kPanelCount];
#pragma GCC unroll 2
      for (Index p = 0; p < kPanels; ++p) {
        right[p] = reinterpret_cast<__m512bh>(_mm512_loadu_si512(b + p * of.panel + pair * kDeep));
      }
#pragma GCC unroll 16
      for (Index i = 0; i < kRows; ++i) {
        int left = 0;
        std::memcpy(&left, a + i * kDeep + 2 * pair, sizeof left);
        const auto both = reinterpret_cast<__m512bh>(_mm512_set1_epi32(left));
#pragma GCC unroll 2
        for (Index p = 0; p < kPanels; ++p) {
          acc[i][p] = _mm512_dpbf16_ps(acc[i][p], both, right[p]);
        }
      }
    }
  }
#pragma GCC unroll 16
  for (Index i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (Index p = 0; p < kPanels; ++p) {
      _mm512_storeu_ps(sums + i * kTile + p * kSide, acc[i][p]);
    }
  }
}

void sum(const TileOperands& of, float* sums) {
  constexpr Index kHalf = 8;
  for (Index panel = 0; panel < (of.two_a ? 2 : 1); ++panel) {
    const Bf16* const a = of.a + panel * of.panel;
    float* const to = sums + panel * kSide * kTile;
    if (of.two_b) {
      sum_rows<kHalf, 2>(of, a, to);
      sum_rows<kHalf, 2>(of, a + kHalf * kDeep, to + kHalf * kTile);
    } else {
      sum_rows<2 * kHalf, 1>(of, a, to);
    }
  }
}

void nothing() {}

// Seconds of so many steps in registers, each 16 independent additions of a vector of products.
double seconds_of(void (*step)(int)) {
  constexpr int kSteps = 4000;  // 10 to 20 microseconds
  const auto begin = std::chrono::steady_clock::now();
  step(kSteps);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

constexpr Index kSums = 16;

ESPALIER_AVX512_BF16 void multiply_bf16(int steps) {
  __m512 acc[kSums] = {};
  __m512i x = _mm512_set1_epi32(1);
  for (int s = 0; s < steps; ++s) {
    asm volatile("" : "+v"(x));
#pragma GCC unroll 16
    for (Index i = 0; i < kSums; ++i) {
      const auto both = reinterpret_cast<__m512bh>(x);
      acc[i] = _mm512_dpbf16_ps(acc[i], both, both);
    }
  }
  for (__m512& sum : acc) asm volatile("" : : "v"(sum));
}

ESPALIER_AVX512_BF16 void multiply_fp32(int steps) {
  __m512 acc[kSums] = {};
  __m512 x = _mm512_set1_ps(1.0F);
  for (int s = 0; s < steps; ++s) {
    asm volatile("" : "+v"(x));
#pragma GCC unroll 16
    for (Index i = 0; i < kSums; ++i) acc[i] = _mm512_fmadd_ps(x, x, acc[i]);
  }
  for (__m512& sum : acc) asm volatile("" : : "v"(sum));
}

// The least of several short times, taken in turn, is one that nothing else disturbed. A vector of
// bfloat16 holds twice as many products as one of float.
bool measure() {
  constexpr int kRounds = 12;
  constexpr double kProducts = 2.0, kClearly = 1.25;
  double bf16 = 1.0, fp32 = 1.0;
  for (int round = 0; round < kRounds; ++round) {
    bf16 = std::min(bf16, seconds_of(multiply_bf16));
    fp32 = std::min(fp32, seconds_of(multiply_fp32));
  }
  return kProducts * fp32 > kClearly * bf16;
}

constexpr Engine kEngine = {"avx512_bf16", false, 4, nothing, sum, nothing};

}  // namespace

const Engine* avx512_engine() { return processor::has_avx512_bf16() ? &kEngine : nullptr; }

bool avx512_is_faster() {
  static const bool kFaster = measure();
  return kFaster;
}

}  // namespace espalier::bfloat

#else

namespace espalier::bfloat {

const Engine* avx512_engine() { return nullptr; }
bool avx512_is_faster() { return false; }

}  // namespace espalier::bfloat

#endif
