#pragma once

#include <array>
#include <bit>

#if defined(__AVX512BW__) && defined(__AVX512VL__)
#include <immintrin.h>
#endif

#include "tensor/block_sums.hpp"
#include "tensor/pool_halves.hpp"

/// What block_sums adds up where only those count that won.
namespace espalier::convolution::winners {

/// So many entries behind the last one may be written.
inline constexpr Index kSlack = 16;

/// Number i of some winners has the factor `first` + i `step`, and its block begins at offsets[i] +
/// shift[who won].
struct Listed {
  std::int32_t first, step;
  const std::int32_t* offsets;
  std::array<std::int32_t, pool_halves::kPixels> shift;
};

/// Writes entries of winners [0, n) one after the other, nobody's left out; returns the end of the
/// list.
inline block_sums::Entry* list(Index n, const std::uint8_t* who, const Listed& of,
                               block_sums::Entry* end) {
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  static_assert(sizeof(block_sums::Entry) == 8);
  const __m512i low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
  const __m512i count = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i shift = _mm512_maskz_loadu_epi32(__mmask16{15}, of.shift.data());
  const __m512i nobody = _mm512_set1_epi32(pool_halves::kNobody);
  const __m512i next = _mm512_set1_epi32(16 * of.step);
  __m512i factor = _mm512_add_epi32(_mm512_set1_epi32(of.first),
                                    _mm512_mullo_epi32(count, _mm512_set1_epi32(of.step)));
  for (Index i = 0; i < n; i += 16, factor = _mm512_add_epi32(factor, next)) {
    const auto there = static_cast<__mmask16>(n - i >= 16 ? 0xffffU : (1U << (n - i)) - 1U);
    const __m512i pixel = _mm512_maskz_cvtepu8_epi32(there, _mm_maskz_loadu_epi8(there, who + i));
    const __mmask16 won = _mm512_mask_cmplt_epu32_mask(there, pixel, nobody);
    const __m512i offset = _mm512_add_epi32(_mm512_maskz_loadu_epi32(there, of.offsets + i),
                                            _mm512_maskz_permutexvar_epi32(there, pixel, shift));
    const __m512i factors = _mm512_maskz_compress_epi32(won, factor);
    const __m512i offsets = _mm512_maskz_compress_epi32(won, offset);
    _mm512_storeu_si512(end, _mm512_permutex2var_epi32(factors, low, offsets));
    _mm512_storeu_si512(end + 8, _mm512_permutex2var_epi32(factors, high, offsets));
    end += std::popcount(static_cast<unsigned>(won));
  }
#else
  std::array<std::int32_t, pool_halves::kNobody + 1> shift = {};
  std::copy(of.shift.begin(), of.shift.end(), shift.begin());
  const std::int32_t* const __restrict offsets = of.offsets;  // entries could be those
  std::int32_t factor = of.first;
  for (Index i = 0; i < n; ++i, factor += of.step) {
    *end = {factor, offsets[i] + shift[who[i]]};
    end += who[i] != pool_halves::kNobody ? 1 : 0;
  }
#endif
  return end;
}

}  // namespace espalier::convolution::winners
