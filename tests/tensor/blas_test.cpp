#include "tensor/blas.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/floating_point.hpp"
#include "core/parallel.hpp"
#include "tensor/random_numbers.hpp"

using namespace espalier;
using blas::Transpose;
using test::random_numbers;

namespace {

double at(const std::vector<real>& matrix, Transpose transposed, Index row, Index column,
          Index stride) {
  const Index i = transposed == Transpose::yes ? column * stride + row : row * stride + column;
  return static_cast<double>(matrix[static_cast<std::size_t>(i)]);
}

struct Case {
  Transpose ta, tb;
  Index m, n, k, padding;
  double alpha, beta;
};

// Compares gemm with the sum written out; the padding behind every row must stay as it is.
void check_gemm(const Case& t) {
  const Index lda = (t.ta == Transpose::yes ? t.m : t.k) + t.padding;
  const Index ldb = (t.tb == Transpose::yes ? t.k : t.n) + t.padding;
  const Index ldc = t.n + t.padding;
  const auto a = random_numbers((t.ta == Transpose::yes ? t.k : t.m) * lda, "a");
  const auto b = random_numbers((t.tb == Transpose::yes ? t.n : t.k) * ldb, "b");
  const auto before = random_numbers(t.m * ldc, "c");
  auto c = before;
  if (t.beta == 0.0) {
    for (Index i = 0; i < t.m; ++i) {
      for (Index j = 0; j < t.n; ++j) {
        c[static_cast<std::size_t>(i * ldc + j)] = std::numeric_limits<real>::quiet_NaN();
      }
    }
  }
  blas::gemm(t.ta, t.tb, t.m, t.n, t.k, t.alpha, a.data(), lda, b.data(), ldb, t.beta, c.data(),
             ldc);
  double worst = 0.0;
  bool padding_kept = true;
  for (Index i = 0; i < t.m; ++i) {
    for (Index j = 0; j < ldc; ++j) {
      const auto place = static_cast<std::size_t>(i * ldc + j);
      if (j >= t.n) {
        padding_kept = padding_kept && c[place] == before[place];
        continue;
      }
      double wanted = t.beta == 0.0 ? 0.0 : t.beta * static_cast<double>(before[place]);
      for (Index p = 0; p < t.k; ++p) {
        wanted += t.alpha * at(a, t.ta, i, p, lda) * at(b, t.tb, p, j, ldb);
      }
      const double error = std::abs(static_cast<double>(c[place]) - wanted);
      worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
    }
  }
  CHECK(worst < 1e-5 * std::sqrt(static_cast<double>(t.k) + 1.0));
  CHECK(padding_kept);
}

}  // namespace

TEST_CASE("gemm multiplies with every pair of transposes") {
  for (const Transpose ta : {Transpose::no, Transpose::yes}) {
    for (const Transpose tb : {Transpose::no, Transpose::yes}) {
      for (const double beta : {0.0, 1.0, -0.5}) {
        CAPTURE(ta);
        CAPTURE(tb);
        CAPTURE(beta);
        check_gemm({ta, tb, 1, 1, 1, 0, 1.0, beta});
        check_gemm({ta, tb, 7, 33, 5, 0, 1.0, beta});
        check_gemm({ta, tb, 33, 7, 64, 3, -2.0, beta});
        check_gemm({ta, tb, 1, 40, 9, 1, 0.25, beta});
        check_gemm({ta, tb, 5, 9, 63, 2, 0.5, beta});
      }
    }
  }
}

TEST_CASE("gemm of nothing: no inner numbers leave beta C, no outer ones touch nothing") {
  std::vector<real> c = {1, 2, 3, 4};
  const real none = 0;
  blas::gemm(Transpose::no, Transpose::no, 2, 2, 0, 1.0, &none, 1, &none, 2, 0.5, c.data(), 2);
  CHECK(c == std::vector<real>{real(0.5), 1, real(1.5), 2});
  blas::gemm(Transpose::no, Transpose::no, 0, 2, 3, 1.0, &none, 3, &none, 2, 0.0, c.data(), 2);
  CHECK(c == std::vector<real>{real(0.5), 1, real(1.5), 2});
}

TEST_CASE("dot sums in double at every length") {
  for (const Index n : {0, 1, 15, 16, 17, 63, 64, 65, 1023, 1024, 1025, 5000, 9001}) {
    const auto x = random_numbers(n, "x"), y = random_numbers(n, "y");
    double wanted = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      wanted += static_cast<double>(x[i]) * static_cast<double>(y[i]);
    }
    CAPTURE(n);
    CHECK(std::abs(blas::dot(n, x.data(), y.data()) - wanted) <= 1e-5 * std::sqrt(double(n) + 1));
  }
  const auto x = random_numbers(40 * 300, "x"), y = random_numbers(40 * 290, "y");
  for (const Index n : {1, 17, 64, 130, 290}) {
    double wanted = 0.0;
    for (std::size_t r = 0; r < 40; ++r) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
        wanted += static_cast<double>(x[r * 300 + i]) * static_cast<double>(y[r * 290 + i]);
      }
    }
    CAPTURE(n);
    CHECK(blas::dot(40, n, x.data(), 300, y.data(), 290) == doctest::Approx(wanted).epsilon(1e-4));
    double together = 0.0;  // rows that follow each other
    for (std::size_t i = 0; i < static_cast<std::size_t>(40 * n); ++i) {
      together += static_cast<double>(x[i]) * static_cast<double>(y[i]);
    }
    CHECK(blas::dot(40, n, x.data(), n, y.data(), n) == doctest::Approx(together).epsilon(1e-4));
    CHECK(blas::dot(0, n, x.data(), 300, y.data(), 290) == 0.0);
  }
  // A float sum of so many ones times a tenth would be off in the third digit.
  const std::vector<real> tenths(4000000, real(0.1)), ones(4000000, real(1));
  CHECK(blas::dot(4000000, tenths.data(), ones.data()) == doctest::Approx(400000.0).epsilon(1e-6));
}

TEST_CASE("every thread of a product flushes subnormals") {
  const int before = parallel::threads();
  blas::set_threads(2);
  CHECK(parallel::threads() == 2);
  CHECK(flushes_subnormals());
  constexpr Index kSize = 384;
  std::vector<real> a(kSize * kSize, static_cast<real>(1e-40)), b(kSize * kSize, real(1));
  std::vector<real> c(kSize * kSize, real(7));
  // 384 * 1e-40 is above the smallest normal number: a worker that read subnormals would show it.
  blas::gemm(Transpose::no, Transpose::no, kSize, kSize, kSize, 1e3, a.data(), kSize, b.data(),
             kSize, 0.0, c.data(), kSize);
  std::size_t zeros = 0;
  for (const real x : c) zeros += x == real(0) ? 1U : 0U;
  blas::set_threads(before);
  CHECK(parallel::threads() == before);
  CHECK(zeros == c.size());
}

TEST_CASE("changing the number of threads keeps gemm right") {
  const int before = parallel::threads();
  for (const int threads : {1, 2, 1, 2, 2}) {
    blas::set_threads(threads);
    CHECK(parallel::threads() == threads);
    check_gemm({Transpose::no, Transpose::yes, 130, 150, 170, 0, 1.0, 1.0});
  }
  blas::set_threads(before);
}

TEST_CASE("the kernel set has a name") { CHECK_FALSE(blas::core_name().empty()); }
