#include "balance/solve/linear_solve.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "balance/method.hpp"

using namespace espalier;

namespace {

std::vector<double> product(const std::vector<double>& matrix, const std::vector<double>& x) {
  const std::size_t n = x.size();
  std::vector<double> b(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) b[i] += matrix[i * n + j] * x[j];
  }
  return b;
}

}  // namespace

TEST_CASE("LU solves by hand, with rows that must be swapped") {
  solve::Lu lu;
  REQUIRE(lu.factor(std::vector<double>{0, 2, 1, 1, 1, 0, 4, 0, 0}, 3));
  std::vector<double> b = {8, 3, 4};  // x = 1, 2, 4
  lu.solve(b);
  CHECK(b[0] == doctest::Approx(1.0));
  CHECK(b[1] == doctest::Approx(2.0));
  CHECK(b[2] == doctest::Approx(4.0));
  CHECK_FALSE(lu.factor(std::vector<double>{1, 2, 2, 4}, 2));
  CHECK_FALSE(lu.factor(std::vector<double>{std::nan(""), 2, 2, 4}, 2));
}

TEST_CASE("LU and Cholesky solve random systems") {
  RandomStream random(7, "linear");
  solve::Lu lu;
  solve::Cholesky cholesky;
  for (std::size_t n = 1; n <= 20; ++n) {
    std::vector<double> x(n);
    for (double& value : x) value = random.normal();
    std::vector<double> matrix(n * n);
    for (double& value : matrix) value = random.normal();
    REQUIRE(lu.factor(matrix, n));
    std::vector<double> found = product(matrix, x);
    lu.solve(found);
    for (std::size_t i = 0; i < n; ++i) CHECK(std::abs(found[i] - x[i]) < 1e-9);

    const std::vector<double> gram = test::gram_of(test::random_rows(random, n, 3 * n, 3 * n, 1e3));
    REQUIRE(cholesky.factor(gram, n, 1e-13));
    found = product(gram, x);
    cholesky.solve(found);
    for (std::size_t i = 0; i < n; ++i) CHECK(std::abs(found[i] - x[i]) < 1e-9);
  }
}

TEST_CASE("Cholesky reads the lower triangle and tells dependent rows") {
  solve::Cholesky cholesky;
  REQUIRE(cholesky.factor(std::vector<double>{4, -99, 2, 5}, 2, 1e-13));
  std::vector<double> b = {8, 12};  // x = 1, 2
  cholesky.solve(b);
  CHECK(b[0] == doctest::Approx(1.0));
  CHECK(b[1] == doctest::Approx(2.0));
  CHECK_FALSE(cholesky.factor(std::vector<double>{1, 2, 2, 4}, 2, 1e-13));
  CHECK_FALSE(cholesky.factor(std::vector<double>{1, 2, 2, 3}, 2, 1e-13));
  CHECK_FALSE(cholesky.factor(std::vector<double>{0}, 1, 1e-13));
  CHECK(cholesky.factor(std::vector<double>{1e-200}, 1, 1e-13));
  RandomStream random(8, "linear");
  for (std::size_t n = 2; n <= 12; ++n) {
    auto rows = test::random_rows(random, n, 2 * n, 2 * n);
    CHECK(cholesky.factor(test::gram_of(rows), n, 1e-13));
    std::vector<double> mixture(n, 1.0 / 3.0);
    mixture[n - 1] = 0.0;
    rows[n - 1] = test::direction(rows, mixture);
    CHECK_FALSE(cholesky.factor(test::gram_of(rows), n, 1e-13));
  }
}
