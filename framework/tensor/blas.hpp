#pragma once

#include <string>

#include "espalier/finish.hpp"
#include "tensor/epilogue.hpp"
#include "tensor/start.hpp"

/// The only door to BLAS.
namespace espalier::blas {

enum class Transpose : bool { no, yes };

/// Row-major C (m, n) = beta * C + alpha * op(A) (m, k) * op(B) (k, n); lda, ldb, ldc are row
/// strides of the matrices as stored. beta == 0 overwrites C without reading it. `finish` is called
/// for ranges of C's numbers, `start` for blocks of them; with either ldc == n. With an epilogue k
/// > 0 and op(A) = A.
ESPALIER_API void gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, double alpha,
                       const real* a, Index lda, const real* b, Index ldb, double beta, real* c,
                       Index ldc, const Finish& finish = {}, const Epilogue& epilogue = {},
                       const Start& start = {});

/// sum x_i y_i, accumulated in double.
ESPALIER_API double dot(Index n, const real* x, const real* y);
/// Of `rows` rows of n numbers each, from row to row `x_row` and `y_row` numbers.
ESPALIER_API double dot(Index rows, Index n, const real* x, Index x_row, const real* y,
                        Index y_row);

/// Sets the number of threads of products and parallel loops, ends OpenBLAS's own, and makes the
/// calling thread flush subnormals. Call once at start, from the thread that will compute.
ESPALIER_API void set_threads(int threads);

/// Kernel set OpenBLAS chose for this machine ("SkylakeX", "Zen", ...): part of what determines
/// bits.
ESPALIER_API std::string core_name();

/// What the library says of itself: "OpenBLAS 0.3.21 DYNAMIC_ARCH ... MAX_THREADS=64".
ESPALIER_API std::string library();

}  // namespace espalier::blas
