#pragma once

#include <array>
#include <string>
#include <string_view>

#include "tensor/blas.hpp"

namespace espalier::bfloat {
struct Engine;
}

/// In what precision the products of linear layers are computed: forward, input gradients,
/// parameter gradients. Weights, optimiser state, activations and all other ops stay in float.
namespace espalier {

enum class Precision {
  fp32,        ///< products of floats
  fp32_split,  ///< of floats split into three bfloat16 each, on AMX: errors of fp32; of infinities
               ///< the split makes NaN
  bf16,        ///< of floats rounded to bfloat16, summed in float
};

namespace precision {

inline constexpr std::array<std::string_view, 3> kNames = {"fp32", "fp32_split", "bf16"};

/// REQUIRES: `name` is one of kNames.
ESPALIER_API Precision named(std::string_view name);

/// What decides whether a precision is worth having.
struct Abilities {
  bool in_float = true;      ///< the build's scalar is float
  bool amx = false;          ///< AMX products of bfloat16
  bool vectors = false;      ///< AVX-512 products of bfloat16
  bool fast_vectors = true;  ///< which take less time than those of fp32
};
/// Of this build on this processor; measured once.
ESPALIER_API const Abilities& abilities();

/// What is missing, as "expected ..., found ..."; "" where the precision works and is faster than
/// fp32.
ESPALIER_API std::string missing(Precision precision, const Abilities& abilities);

/// Of this process from now on. Call before products are computed, from the thread that will
/// compute. `engine` is for tests; null: the fastest one of the processor.
/// REQUIRES: an engine, or missing(precision, abilities()) is "".
ESPALIER_API void set(Precision precision, const bfloat::Engine* engine = nullptr);

/// Whether the products are those of blas::gemm.
ESPALIER_API bool is_fp32();

/// Instructions of this processor that `set` would take for it: part of what determines bits; ""
/// for fp32, and where there are none.
ESPALIER_API std::string_view instructions_of(Precision precision);

/// blas::gemm in the precision that was set. Sums along k in an order that depends on k alone.
ESPALIER_API void gemm(blas::Transpose ta, blas::Transpose tb, Index m, Index n, Index k,
                       double alpha, const real* a, Index lda, const real* b, Index ldb,
                       double beta, real* c, Index ldc, const Finish& finish = {},
                       const Epilogue& epilogue = {}, const Start& start = {});

}  // namespace precision

}  // namespace espalier
