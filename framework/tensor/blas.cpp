#include "tensor/blas.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "espalier/xtensor_compat.hpp"
//
// xtensor-blas declares the CBLAS interface itself; <cblas.h> cannot stand beside it.
#include <xtensor-blas/xblas.hpp>

#include "core/floating_point.hpp"
#include "core/parallel.hpp"
#include "tensor/product.hpp"
#include "tensor/simd.hpp"

// OpenBLAS's own controls; its header <cblas.h> cannot be included here (see above).
extern "C" {
void openblas_set_num_threads(int threads);
char* openblas_get_corename(void);
char* openblas_get_config(void);
int blas_thread_shutdown_(void);  // NOLINT(readability-identifier-naming): not our name
}

namespace espalier::blas {

namespace {

CBLAS_TRANSPOSE cblas(Transpose t) { return t == Transpose::yes ? CblasTrans : CblasNoTrans; }

// Threads are ours (core/parallel.hpp): OpenBLAS multiplies on the thread that calls it. It starts
// workers when it is loaded, and again when it is told a number: they are ended after that.
void end_library_threads() {
  static const bool kEnded = (openblas_set_num_threads(1), blas_thread_shutdown_(), true);
  static_cast<void>(kEnded);
}

void library_gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, double alpha,
                  const real* a, Index lda, const real* b, Index ldb, double beta, real* c,
                  Index ldc) {
  end_library_threads();
  const auto i = [](Index value) { return static_cast<int>(value); };
#ifdef ESPALIER_REAL_DOUBLE
  cblas_dgemm(CblasRowMajor, cblas(ta), cblas(tb), i(m), i(n), i(k), alpha, a, i(lda), b, i(ldb),
              beta, c, i(ldc));
#else
  cblas_sgemm(CblasRowMajor, cblas(ta), cblas(tb), i(m), i(n), i(k), static_cast<float>(alpha), a,
              i(lda), b, i(ldb), static_cast<float>(beta), c, i(ldc));
#endif
}

constexpr Index kRowsOfAPiece = 64;

Transpose flipped(Transpose t) { return t == Transpose::yes ? Transpose::no : Transpose::yes; }

Operand operand(Transpose t, const real* data, Index stride) {
  return t == Transpose::yes ? Operand{data, 1, stride} : Operand{data, stride, 1};
}

// Of the forms that a step has (docs/performance.md), OpenBLAS is the fastest one at gradients of
// large weights, A' B: both operands lie as its kernels read them.
bool library_is_faster(Transpose ta, Transpose tb, Index m, Index n, Index k) {
  constexpr Index kLarge = 512, kDeep = 32;
  return ta == Transpose::yes && tb == Transpose::no && m >= kLarge && n >= kLarge && k >= kDeep;
}

// C' = B' A' where its columns are few and B lies along k: A is the side that is packed then.
bool turned(Transpose ta, Transpose tb, Index m, Index n, Index k) {
  if (tb == Transpose::no) return false;
  if (ta == Transpose::yes) return true;
  constexpr double kStores = 1.5;  // what storing columns costs beside packing a number
  return static_cast<double>(k) * static_cast<double>(n - m) >
         kStores * static_cast<double>(m) * static_cast<double>(n);
}

}  // namespace

void gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, double alpha, const real* a,
          Index lda, const real* b, Index ldb, double beta, real* c, Index ldc,
          const Finish& finish, const Epilogue& epilogue, const Start& start) {
  if (m == 0 || n == 0) return;
  const bool watched = finish || start;
  if (k == 0) {
    start({0, 1, 0, m * n});
    library_gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    finish(0, m * n);
  } else if (!watched && library_is_faster(ta, tb, m, n, k)) {
    parallel::for_pieces(m, kRowsOfAPiece, [&](int /*piece*/, Index begin, Index end) {
      library_gemm(ta, tb, end - begin, n, k, alpha, a + begin, lda, b, ldb, beta, c + begin * ldc,
                   ldc);
    });
  } else if (!watched && turned(ta, tb, m, n, k)) {
    multiply(n, m, k, operand(flipped(tb), b, ldb), operand(ta, a, lda),
             {c, 1, ldc, alpha, beta, {}, 0, epilogue});
  } else {
    multiply(m, n, k, operand(ta, a, lda), operand(flipped(tb), b, ldb),
             {c, ldc, 1, alpha, beta, finish, 0, epilogue, start});
  }
}

// Vectors of partial sums over short stretches, as many as the additions under way, gathered in
// double: the order of additions is fixed.
double dot(Index rows, Index n, const real* x, Index x_row, const real* y, Index y_row) {
  constexpr Index kVectors = 4, kLanes = simd::kLanes, kStep = kVectors * kLanes, kMostSteps = 64;
  double sums[kStep] = {}, rest = 0.0;
  simd::Vector partial[kVectors] = {};
  Index steps = 0;
  if (x_row == n && y_row == n) n = std::exchange(rows, 1) * n;
  const auto gather = [&] {
    for (Index s = 0; s < kStep; ++s) {
      sums[s] += static_cast<double>(partial[s / kLanes][s % kLanes]);
    }
    for (simd::Vector& p : partial) p = simd::Vector{};
    steps = 0;
  };
  for (Index row = 0; row < rows; ++row, x += x_row, y += y_row) {
    Index i = 0;
    for (const Index whole = n - n % kStep; i < whole;) {
      const Index end = std::min(whole, i + (kMostSteps - steps) * kStep);
      steps += (end - i) / kStep;
      for (; i < end; i += kStep) {
#pragma GCC unroll 4
        for (Index v = 0; v < kVectors; ++v) {
          partial[v] += simd::load(x + i + v * kLanes) * simd::load(y + i + v * kLanes);
        }
      }
      if (steps == kMostSteps) gather();
    }
    for (; i + kLanes <= n; i += kLanes) {
      for (Index s = 0; s < kLanes; ++s) {
        sums[s] += static_cast<double>(x[i + s]) * static_cast<double>(y[i + s]);
      }
    }
    for (; i < n; ++i) rest += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  }
  gather();
  for (Index half = kStep / 2; half > 0; half /= 2) {
    for (Index s = 0; s < half; ++s) sums[s] += sums[s + half];
  }
  return sums[0] + rest;
}

double dot(Index n, const real* x, const real* y) { return dot(1, n, x, n, y, n); }

void set_threads(int threads) {
  flush_subnormals();
  end_library_threads();
  parallel::set_threads(threads);
}

std::string core_name() { return openblas_get_corename(); }

std::string library() { return openblas_get_config(); }

}  // namespace espalier::blas
