#include <utility>

#include "tensor/pack_bf16.hpp"
#include "tensor/processor.hpp"

#ifndef ESPALIER_REAL_DOUBLE

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace espalier::bfloat {

namespace {

using simd::kLanes;
using simd::Vector;

template <Index... kAt>
Words high_halves(const Words& x, const Words& y, std::integer_sequence<Index, kAt...> /*places*/) {
  using Halves = Bf16 __attribute__((vector_size(simd::kBytes)));
  const auto first = reinterpret_cast<Halves>(x), second = reinterpret_cast<Halves>(y);
  return reinterpret_cast<Words>(__builtin_shufflevector(first, second, (2 * kAt + 1)...));
}

template <int kParts>
void rows(const real* from, Index stride, Bf16* to) {
  constexpr auto kPlaces = std::make_integer_sequence<Index, 2 * kLanes>();
  for (Index i = 0; i < kSide; ++i, from += stride, to += kDeep) {
    for (Index k = 0; k < kDeep; k += 2 * kLanes) {
      Vector x = simd::load(from + k), y = simd::load(from + k + kLanes);
      for (Index part = 0; part < kParts; ++part) {
        const Words first = take_part<kParts>(x), second = take_part<kParts>(y);
        store(to + part * kBlock + k, high_halves(first, second, kPlaces));
      }
    }
  }
}

template <int kParts>
void pairs(const real* even, const real* odd, Index panels, Bf16* to, Index panel) {
  for (Index p = 0; p < panels; ++p, even += kSide, odd += kSide, to += panel) {
    for (Index i = 0; i < kSide; i += kLanes) {
      Vector x = simd::load(even + i), y = simd::load(odd + i);
      for (Index part = 0; part < kParts; ++part) {
        const Words first = take_part<kParts>(x), second = take_part<kParts>(y);
        store(to + part * kBlock + 2 * i, second | first >> 16U);
      }
    }
  }
}

constexpr Conversion kNearest = {1, rows<1>, pairs<1>}, kSplit = {3, rows<3>, pairs<3>};

#ifdef __x86_64__

ESPALIER_AVX512_BF16 void rows_at_once(const real* from, Index stride, Bf16* to) {
  for (Index i = 0; i < kSide; ++i, from += stride, to += kDeep) {
    const auto row = _mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + kSide), _mm512_loadu_ps(from));
    _mm512_storeu_si512(to, reinterpret_cast<__m512i>(row));
  }
}

ESPALIER_AVX512_BF16 void pairs_at_once(const real* even, const real* odd, Index panels, Bf16* to,
                                        Index panel) {
  // 0, 16, 1, 17, ...: numbers of the one behind those of the other.
  const __m512i low = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i places =
      _mm512_or_si512(low, _mm512_slli_epi32(_mm512_add_epi32(low, _mm512_set1_epi32(16)), 16));
  for (Index p = 0; p < panels; ++p, even += kSide, odd += kSide, to += panel) {
    const auto both = _mm512_cvtne2ps_pbh(_mm512_loadu_ps(odd), _mm512_loadu_ps(even));
    _mm512_storeu_si512(to, _mm512_permutexvar_epi16(places, reinterpret_cast<__m512i>(both)));
  }
}

constexpr Conversion kNearestAtOnce = {1, rows_at_once, pairs_at_once};

#else

constexpr Conversion kNearestAtOnce = kNearest;

#endif

}  // namespace

const Conversion& plain_conversion(int parts) { return parts == 1 ? kNearest : kSplit; }

const Conversion& conversion(int parts) {
  return parts == 1 && processor::has_avx512_bf16() ? kNearestAtOnce : plain_conversion(parts);
}

}  // namespace espalier::bfloat

#endif
