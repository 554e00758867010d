#include "tensor/symmetric_eigen.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "balance/method.hpp"

using namespace espalier;

namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Largest |V diag(l) V' - A| and |V'V - I|, relative to the largest eigenvalue.
void check_decomposition(const solve::SymmetricEigen& eigen, const std::vector<double>& matrix) {
  const std::size_t n = eigen.size();
  double size = 0.0;
  for (const double value : eigen.values()) size = std::max(size, std::abs(value));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double element = 0.0;
      for (std::size_t k = 0; k < n; ++k) {
        element += eigen.values()[k] * eigen.vector(k)[i] * eigen.vector(k)[j];
      }
      CHECK(std::abs(element - matrix[i * n + j]) <= 1e-14 * static_cast<double>(n) * size);
      CHECK(std::abs(dot(eigen.vector(i), eigen.vector(j)) - (i == j ? 1.0 : 0.0)) < 1e-13);
    }
  }
  CHECK(std::ranges::is_sorted(eigen.values(), std::greater<>()));
}

}  // namespace

TEST_CASE("eigenvalues of small matrices by hand") {
  solve::SymmetricEigen eigen;
  eigen.decompose(std::vector<double>{2, 1, 1, 2}, 2);
  CHECK(eigen.values()[0] == doctest::Approx(3.0));
  CHECK(eigen.values()[1] == doctest::Approx(1.0));
  CHECK(std::abs(eigen.vector(0)[0] - eigen.vector(0)[1]) < 1e-15);
  CHECK(std::abs(eigen.vector(1)[0] + eigen.vector(1)[1]) < 1e-15);

  eigen.decompose(std::vector<double>{-5}, 1);
  CHECK(eigen.values()[0] == -5.0);
  CHECK(std::abs(eigen.vector(0)[0]) == 1.0);

  eigen.decompose(std::vector<double>{1, 0, 0, 0, 3, 0, 0, 0, -2}, 3);
  CHECK(std::vector<double>(eigen.values().begin(), eigen.values().end()) ==
        std::vector<double>{3, 1, -2});
  CHECK(std::abs(eigen.vector(0)[1]) == 1.0);

  eigen.decompose(std::vector<double>(16, 0.0), 4);
  CHECK(std::ranges::all_of(eigen.values(), [](double value) { return value == 0.0; }));
  CHECK(eigen.vector(2)[2] == 1.0);
}

TEST_CASE("only the upper triangle counts") {
  solve::SymmetricEigen eigen;
  eigen.decompose(std::vector<double>{2, 1, 99, 2}, 2);
  CHECK(eigen.values()[0] == doctest::Approx(3.0));
}

TEST_CASE("V diag(values) V' is the matrix, of any rank and scale") {
  RandomStream random(4, "eigen");
  solve::SymmetricEigen eigen;
  for (const double scale : {1e-10, 1.0, 1e15}) {
    for (std::size_t n = 2; n <= 20; ++n) {
      for (const std::size_t rank : {n, n / 2, std::size_t{1}}) {
        const std::vector<double> gram =
            test::gram_of(test::random_rows(random, n, n + 3, rank, scale));
        eigen.decompose(gram, n);
        check_decomposition(eigen, gram);
        for (std::size_t k = rank; k < n; ++k) {
          CHECK(std::abs(eigen.values()[k]) < 1e-13 * eigen.values()[0]);
        }
      }
    }
  }
}

TEST_CASE("indefinite matrices and repeated eigenvalues") {
  RandomStream random(5, "eigen");
  solve::SymmetricEigen eigen;
  for (const std::size_t n : {3U, 8U, 16U}) {
    std::vector<double> matrix(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i; j < n; ++j) matrix[i * n + j] = matrix[j * n + i] = random.normal();
    }
    eigen.decompose(matrix, n);
    check_decomposition(eigen, matrix);
    CHECK(eigen.values()[n - 1] < 0.0);

    std::vector<double> ones(n * n, 1.0);  // n, and 0 n - 1 times
    eigen.decompose(ones, n);
    check_decomposition(eigen, ones);
    CHECK(eigen.values()[0] == doctest::Approx(static_cast<double>(n)));
  }
}

// diag(d) C diag(d) with a well conditioned C: each eigenvalue is about as exact as C allows.
TEST_CASE("small eigenvalues of rows of different scales keep their digits") {
  solve::SymmetricEigen eigen;
  eigen.decompose(std::vector<double>{1.0, 0.5e-20, 0.5e-20, 1e-40}, 2);
  CHECK(eigen.values()[0] == doctest::Approx(1.0));
  CHECK(eigen.values()[1] / 0.75e-40 == doctest::Approx(1.0).epsilon(1e-12));
}
