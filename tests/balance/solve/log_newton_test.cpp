#include "balance/solve/log_newton.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "balance/method.hpp"
#include "espalier/gram.hpp"

using namespace espalier;
using test::Rows;

namespace {

// (Gx)_i x_i^(1/alpha) = 1, relative to the terms that are summed.
void check_solved(const std::vector<double>& gram, double alpha, const std::vector<double>& x) {
  const std::size_t n = x.size();
  for (std::size_t i = 0; i < n; ++i) {
    CHECK(x[i] > 0.0);
    const double factor = std::pow(x[i], 1.0 / alpha);
    double sum = 0.0;
    double size = 0.0;
    for (std::size_t j = 0; j < n; ++j) {
      const double term = gram[i * n + j] * x[j] * factor;
      sum += term;
      size += std::abs(term);
    }
    CHECK(std::abs(sum - 1.0) < 1e-11 * (1.0 + size));
  }
}

Rows scaled(Rows rows, RandomStream& random, double orders) {
  for (auto& row : rows) {
    const double scale = std::pow(10.0, orders * (random.uniform() - 0.5));
    for (double& x : row) x *= scale;
  }
  return rows;
}

}  // namespace

TEST_CASE("log-Newton of one and of orthogonal rows") {
  solve::LogNewton solver;
  std::vector<double> x(1);
  for (const double alpha : {0.5, 1.0, 2.0, 5.0}) {
    REQUIRE(solver.solve(std::vector<double>{9.0}, alpha, x));  // 9 x = x^(-1/a)
    CHECK(x[0] == doctest::Approx(std::pow(9.0, -alpha / (1.0 + alpha))));
  }
  std::vector<double> two(2);
  REQUIRE(solver.solve(std::vector<double>{4, 0, 0, 25}, 1.0, two));
  CHECK(two[0] == doctest::Approx(0.5));
  CHECK(two[1] == doctest::Approx(0.2));
}

TEST_CASE("log-Newton of a pair has the closed form of Nash-MTL") {
  solve::LogNewton solver;
  std::vector<double> x(2);
  for (const double cosine : {-0.99999, -0.9, -0.3, 0.0, 0.7, 1.0}) {
    REQUIRE(solver.solve(std::vector<double>{4, 6 * cosine, 6 * cosine, 9}, 1.0, x));
    CHECK(x[0] == doctest::Approx(1.0 / (2.0 * std::sqrt(1.0 + cosine))));
    CHECK(x[1] == doctest::Approx(1.0 / (3.0 * std::sqrt(1.0 + cosine))));
  }
}

TEST_CASE("log-Newton solves random rows of any scale") {
  RandomStream random(41, "newton");
  solve::LogNewton solver;
  for (const double alpha : {0.2, 0.5, 1.0, 2.0, 5.0, 10.0}) {
    for (const double scale : {1e-10, 1.0, 1e15}) {
      for (std::size_t n = 2; n <= 20; ++n) {
        CAPTURE(alpha);
        CAPTURE(scale);
        CAPTURE(n);
        const auto rows = scaled(test::random_rows(random, n, n + 2, n + 2, scale), random, 4.0);
        const auto gram = test::gram_of(rows);
        std::vector<double> x(n);
        REQUIRE(solver.solve(gram, alpha, x));
        check_solved(gram, alpha, x);
      }
    }
  }
}

TEST_CASE("log-Newton solves rows that agree, of low rank") {
  RandomStream random(42, "newton");
  solve::LogNewton solver;
  for (const double alpha : {1.0, 2.0}) {
    for (std::size_t n = 3; n <= 20; ++n) {
      Rows rows = test::random_rows(random, n, 3, 2);
      for (auto& row : rows) row = {1.0, row[1], row[2]};
      const auto gram = test::gram_of(rows);
      std::vector<double> x(n);
      REQUIRE(solver.solve(gram, alpha, x));
      check_solved(gram, alpha, x);
    }
  }
}

TEST_CASE("log-Newton of rows whose scales differ by up to 25 orders") {
  RandomStream random(43, "newton");
  solve::LogNewton solver;
  for (const double alpha : {1.0, 2.0}) {
    for (std::size_t n = 2; n <= 12; ++n) {
      const auto gram = test::gram_of(scaled(test::random_rows(random, n, n + 2, n), random, 25.0));
      std::vector<double> x(n);
      CAPTURE(alpha);
      CAPTURE(n);
      REQUIRE(solver.solve(gram, alpha, x));
      check_solved(gram, alpha, x);
    }
  }
}

TEST_CASE("log-Newton says so where there is no solution") {
  solve::LogNewton solver;
  std::vector<double> x(2);
  for (const double alpha : {0.5, 1.0, 2.0, 5.0}) {
    CHECK_FALSE(solver.solve(std::vector<double>{1, -1, -1, 1}, alpha, x));
    CHECK_FALSE(solver.solve(std::vector<double>{1e30, -1e5, -1e5, 1e-20}, alpha, x));
    std::vector<double> three(3);
    CHECK_FALSE(solver.solve(test::gram_of({{1, 0}, {-3, 0}, {0, 1}}), alpha, three));
    CHECK_FALSE(solver.solve(test::gram_of({{1, 0}, {-1, 1}, {-1, -1}}), alpha, three));
  }
}
