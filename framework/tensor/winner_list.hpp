#pragma once

#include <algorithm>
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

/// How many winners each pixel has.
using Counts = std::array<std::int32_t, pool_halves::kPixels>;

#if defined(__AVX512BW__) && defined(__AVX512VL__)

/// What a number costs that becomes an entry: see convolution_ways.hpp.
inline constexpr double kPut = 20.0;
static_assert(sizeof(block_sums::Entry) == 8);

/// Calls f(some, who, factors, offsets) for sixteen winners at a time, of which there are `some`.
template <class F>
void for_sixteen(Index n, const std::uint8_t* who, const Listed& of, F f) {
  const __m512i count = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i shift = _mm512_maskz_loadu_epi32(__mmask16{15}, of.shift.data());
  const __m512i next = _mm512_set1_epi32(16 * of.step);
  __m512i factor = _mm512_add_epi32(_mm512_set1_epi32(of.first),
                                    _mm512_mullo_epi32(count, _mm512_set1_epi32(of.step)));
  for (Index i = 0; i < n; i += 16, factor = _mm512_add_epi32(factor, next)) {
    const auto some = static_cast<__mmask16>(n - i >= 16 ? 0xffffU : (1U << (n - i)) - 1U);
    const __m512i pixel = _mm512_maskz_cvtepu8_epi32(some, _mm_maskz_loadu_epi8(some, who + i));
    f(some, pixel, factor,
      _mm512_add_epi32(_mm512_maskz_loadu_epi32(some, of.offsets + i),
                       _mm512_maskz_permutexvar_epi32(some, pixel, shift)));
  }
}

/// Writes those of `which`; returns how many.
inline std::int32_t put(__mmask16 which, __m512i factors, __m512i offsets, block_sums::Entry* to) {
  const __m512i low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
  factors = _mm512_maskz_compress_epi32(which, factors);
  offsets = _mm512_maskz_compress_epi32(which, offsets);
  _mm512_storeu_si512(to, _mm512_permutex2var_epi32(factors, low, offsets));
  _mm512_storeu_si512(to + 8, _mm512_permutex2var_epi32(factors, high, offsets));
  return std::popcount(static_cast<unsigned>(which));
}

/// Writes entries of winners [0, n) one after the other, nobody's left out; returns the end.
inline block_sums::Entry* list(Index n, const std::uint8_t* who, const Listed& of,
                               block_sums::Entry* to) {
  const __m512i nobody = _mm512_set1_epi32(pool_halves::kNobody);
  for_sixteen(n, who, of, [&](__mmask16 some, __m512i pixel, __m512i factors, __m512i offsets) {
    to += put(_mm512_mask_cmplt_epu32_mask(some, pixel, nobody), factors, offsets, to);
  });
  return to;
}

/// Likewise a list for each pixel, `apart` >= n entries from list to list.
inline Counts deal(Index n, const std::uint8_t* who, const Listed& of, Index apart,
                   block_sums::Entry* to) {
  Counts counts = {};
  for_sixteen(n, who, of, [&](__mmask16 some, __m512i pixel, __m512i factors, __m512i offsets) {
    for (std::size_t k = counts.size(); k-- > 0;) {
      const auto is_k = _mm512_set1_epi32(static_cast<int>(k));
      counts[k] += put(_mm512_mask_cmpeq_epi32_mask(some, pixel, is_k), factors, offsets,
                       to + static_cast<Index>(k) * apart + counts[k]);
    }
  });
  return counts;
}

#else

inline constexpr double kPut = 80.0;

/// Nobody's number is not looked at.
inline auto shift_of_all(const Listed& of) {
  std::array<std::int32_t, pool_halves::kNobody + 1> shift = {};
  std::copy(of.shift.begin(), of.shift.end(), shift.begin());
  return shift;
}

inline block_sums::Entry* list(Index n, const std::uint8_t* who, const Listed& of,
                               block_sums::Entry* to) {
  const auto shift = shift_of_all(of);
  const std::int32_t* const __restrict offsets = of.offsets;  // entries could be those
  std::int32_t factor = of.first;
  for (Index i = 0; i < n; ++i, factor += of.step) {
    *to = {factor, offsets[i] + shift[who[i]]};
    to += who[i] != pool_halves::kNobody ? 1 : 0;
  }
  return to;
}

// Nobody's go to a list behind the others. Counts are twelve bits of one number each, so that they
// stay in a register.
inline Counts deal(Index n, const std::uint8_t* who, const Listed& of, Index apart,
                   block_sums::Entry* to) {
  constexpr std::uint64_t kBits = 12, kCount = (std::uint64_t{1} << kBits) - 1;
  const auto shift = shift_of_all(of);
  std::uint64_t all = 0;
  std::int32_t factor = of.first;
  for (Index i = 0; i < n; ++i, factor += of.step) {
    const std::uint64_t pixel = who[i];
    to[static_cast<Index>(pixel) * apart + static_cast<Index>(all >> (pixel * kBits) & kCount)] = {
        factor, of.offsets[i] + shift[pixel]};
    all += std::uint64_t{1} << (pixel * kBits);
  }
  Counts counts;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    counts[k] = static_cast<std::int32_t>(all >> (k * kBits) & kCount);
  }
  return counts;
}

#endif

/// Most winners that `deal` takes.
inline constexpr Index kMostDealt = 4095;

/// What a number of an entry's block costs, which is read once and multiplied once a lane.
struct AddCost {
  double read, multiply;
  double of(Index lanes) const { return read + multiply * static_cast<double>(lanes); }
};

}  // namespace espalier::convolution::winners
