#include "tensor/precision.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "core/text.hpp"
#include "tensor/mixed_product.hpp"
#include "tensor/processor.hpp"

namespace espalier::precision {

namespace {

using blas::Transpose;

struct Setting {
  const bfloat::Engine* engine = nullptr;  ///< null: fp32
  int parts = 1;
};

Setting& setting() {
  static Setting only;
  return only;
}

const bfloat::Engine* fastest() {
  const bfloat::Engine* const amx = bfloat::amx_engine();
  return amx != nullptr ? amx : bfloat::avx512_engine();
}

Abilities ask() {
  Abilities found;
  found.in_float = sizeof(real) == sizeof(float);
  found.amx = bfloat::amx_engine() != nullptr;
  found.vectors = bfloat::avx512_engine() != nullptr;
  found.fast_vectors = !found.amx && found.vectors && bfloat::avx512_is_faster();
  return found;
}

// C' = B' A' for layers of many outputs: the right operand of a product has to be transposed while
// it is packed where it lies along k, as weights do then, which costs more than transposing sums.
// Not a matter of the rows: a row's bits do not depend on how many there are.
[[maybe_unused]] bool turned(Transpose ta, Transpose tb, Index n) {
  constexpr Index kMany = 256;
  return ta == Transpose::no && tb == Transpose::yes && n >= kMany;
}

// The last part of an epilogue, as a pass of its own.
[[maybe_unused]] void shape_rows(const Epilogue& e, Index m, Index n, real* c, Index ldc) {
  parallel::for_rows(m, n, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      Epilogue row = e;
      if (row.mask != nullptr) row.mask += i * ldc;
      shape_numbers(row, n, c + i * ldc);
    }
  });
}

}  // namespace

Precision named(std::string_view name) {
  return static_cast<Precision>(std::ranges::find(kNames, name) - kNames.begin());
}

const Abilities& abilities() {
  static const Abilities kFound = ask();
  return kFound;
}

std::string missing(Precision precision, const Abilities& a) {
  if (precision == Precision::fp32) return "";
  if (!a.in_float) return "expected fp32 in a build in double, found another precision";
  if (a.amx) return "";
  if (precision == Precision::fp32_split) {
    return "expected a processor with AMX (amx_tile, amx_bf16) for fp32_split, whose six products "
           "would take longer than one of fp32 elsewhere; found one without it";
  }
  if (a.vectors && a.fast_vectors) return "";
  return text::cat(
      "expected a processor with AMX (amx_tile, amx_bf16) or fast products of AVX512_BF16 for "
      "bf16, found ",
      a.vectors ? "one whose AVX512_BF16 is no faster than its fp32" : "one with neither");
}

void set(Precision precision, const bfloat::Engine* engine) {
  Setting& s = setting();
  s = {};
  if (precision == Precision::fp32) return;
  s.parts = precision == Precision::fp32_split ? 3 : 1;
  s.engine = engine != nullptr ? engine : fastest();
}

bool is_fp32() { return setting().engine == nullptr; }

std::string_view instructions_of(Precision precision) {
  return precision == Precision::fp32 || fastest() == nullptr ? "" : fastest()->name;
}

void gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, double alpha, const real* a,
          Index lda, const real* b, Index ldb, double beta, real* c, Index ldc,
          const Finish& finish, const Epilogue& epilogue, const Start& start) {
#ifndef ESPALIER_REAL_DOUBLE
  if (const Setting& s = setting(); s.engine != nullptr && m > 0 && n > 0 && k > 0) {
    const Operand left = ta == Transpose::yes ? Operand{a, 1, lda} : Operand{a, lda, 1};
    const Operand right = tb == Transpose::yes ? Operand{b, ldb, 1} : Operand{b, 1, ldb};
    if (epilogue.bias != nullptr) {
      for (Index i = 0; i < m; ++i) std::copy_n(epilogue.bias, n, c + i * ldc);
      beta = 1.0;
    }
    if (start) {  // these tiles tell of none: a pass of its own
      parallel::for_numbers(m * n, [&](Index from, Index to) { start({from, 1, 0, to - from}); });
    }
    if (!finish && turned(ta, tb, n)) {
      bfloat::multiply(*s.engine, s.parts, n, m, k, right, left, {c, 1, ldc, alpha, beta});
    } else {
      bfloat::multiply(*s.engine, s.parts, m, n, k, left, right, {c, ldc, 1, alpha, beta, finish});
    }
    if (epilogue.shapes()) shape_rows(epilogue, m, n, c, ldc);
    return;
  }
#endif
  blas::gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, finish, epilogue, start);
}

}  // namespace espalier::precision
