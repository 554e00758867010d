#include "tensor/blas.hpp"

#include <algorithm>
#include <string_view>

#include "espalier/xtensor_compat.hpp"
//
// xtensor-blas declares the CBLAS interface itself; <cblas.h> cannot stand beside it.
#include <xtensor-blas/xblas.hpp>

#include "core/floating_point.hpp"
#include "core/parallel.hpp"

// OpenBLAS's own controls; its header <cblas.h> cannot be included here (see above).
extern "C" {
void openblas_set_num_threads(int threads);
int openblas_get_num_threads(void);
char* openblas_get_corename(void);
char* openblas_get_config(void);
int blas_thread_shutdown_(void);  // NOLINT(readability-identifier-naming): not our name
}

namespace espalier::blas {

namespace {

CBLAS_TRANSPOSE cblas(Transpose t) { return t == Transpose::yes ? CblasTrans : CblasNoTrans; }

void call_gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, double alpha, const real* a,
               Index lda, const real* b, Index ldb, double beta, real* c, Index ldc) {
  const auto i = [](Index value) { return static_cast<int>(value); };
#ifdef ESPALIER_REAL_DOUBLE
  cblas_dgemm(CblasRowMajor, cblas(ta), cblas(tb), i(m), i(n), i(k), alpha, a, i(lda), b, i(ldb),
              beta, c, i(ldc));
#else
  cblas_sgemm(CblasRowMajor, cblas(ta), cblas(tb), i(m), i(n), i(k), static_cast<float>(alpha), a,
              i(lda), b, i(ldb), static_cast<float>(beta), c, i(ldc));
#endif
}

// OpenBLAS 0.3.21 has kernels of their own for small products on machines with AVX-512. Where
// neither matrix is transposed, they allocate for each call with k above kPiece.
constexpr Index kPiece = 31;
constexpr double kSmallProduct = 1e6;  // multiply-adds

bool small_products_allocate() {
  static const bool kYes = [] {
    const std::string_view core = openblas_get_corename();
    return core.starts_with("Skylake") || core.starts_with("Cooper") ||
           core.starts_with("Sapphire");
  }();
  return kYes;
}

bool would_allocate(Transpose ta, Transpose tb, Index m, Index n, Index k) {
  if (ta == Transpose::yes || tb == Transpose::yes || k <= kPiece) return false;
  const double size = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  return size <= kSmallProduct && small_products_allocate();
}

}  // namespace

void gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, double alpha, const real* a,
          Index lda, const real* b, Index ldb, double beta, real* c, Index ldc) {
  if (m == 0 || n == 0) return;
  if (!would_allocate(ta, tb, m, n, k)) {
    call_gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    return;
  }
  for (Index first = 0; first < k; first += kPiece) {
    call_gemm(ta, tb, m, n, std::min(kPiece, k - first), alpha, a + first, lda, b + first * ldb,
              ldb, first == 0 ? beta : 1.0, c, ldc);
  }
}

double dot(Index n, const real* x, const real* y) {
  const real* __restrict xs = x;
  const real* __restrict ys = y;
  // Sixteen partial sums in real over short chunks, gathered in double: vectorises, and the order
  // of additions is fixed.
  constexpr Index kLanes = 16;
  constexpr Index kChunk = 64 * kLanes;
  double total = 0.0;
  Index i = 0;
  while (i + kLanes <= n) {
    real partial[kLanes] = {};
    const Index end = i + kChunk < n ? i + kChunk : n - (n - i) % kLanes;
    for (; i < end; i += kLanes) {
      for (Index l = 0; l < kLanes; ++l) partial[l] += xs[i + l] * ys[i + l];
    }
    for (const real p : partial) total += static_cast<double>(p);
  }
  for (; i < n; ++i) total += static_cast<double>(xs[i]) * static_cast<double>(ys[i]);
  return total;
}

void set_threads(int threads) {
  flush_subnormals();
  // OpenBLAS starts its workers when the library is loaded, before this thread set its mode. Ended
  // here, they are started again by the next parallel call and then inherit it.
  blas_thread_shutdown_();
  openblas_set_num_threads(threads);
  parallel::set_threads(threads);
}

OneThread::OneThread() : before_(openblas_get_num_threads()) {
  if (before_ > 1) openblas_set_num_threads(1);
}

OneThread::~OneThread() {
  if (before_ > 1) openblas_set_num_threads(before_);
}

int threads() { return openblas_get_num_threads(); }

std::string core_name() { return openblas_get_corename(); }

std::string library() { return openblas_get_config(); }

}  // namespace espalier::blas
