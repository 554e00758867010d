#include "tensor/matrix.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace espalier;

TEST_CASE("fill_rows copies one row into all") {
  std::vector<real> y(6, real(9));
  const std::vector<real> row = {1, 2, 3};
  matrix::fill_rows(y.data(), 2, 3, row.data());
  CHECK(y == std::vector<real>{1, 2, 3, 1, 2, 3});
  matrix::fill_rows(y.data(), 0, 3, nullptr);
}

TEST_CASE("column_sums adds rows in double, with alpha and beta") {
  const std::vector<real> x = {1, 2, 3, 4, 5, 6};
  const real nan = std::numeric_limits<real>::quiet_NaN();
  std::vector<real> sums = {nan, nan, nan};
  matrix::column_sums(x.data(), 2, 3, 1.0, 0.0, sums.data());
  CHECK(sums == std::vector<real>{5, 7, 9});
  matrix::column_sums(x.data(), 2, 3, -2.0, 3.0, sums.data());
  CHECK(sums == std::vector<real>{5, 7, 9});  // 3 s - 2 s
  matrix::column_sums(x.data(), 0, 3, 1.0, 0.5, sums.data());
  CHECK(sums == std::vector<real>{real(2.5), real(3.5), real(4.5)});
}

TEST_CASE("column_sums handles more columns than its block and loses no small number") {
  constexpr Index kColumns = 777, kRows = 5;
  std::vector<real> x(kColumns * kRows);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<real>(i % 13);
  std::vector<real> sums(kColumns);
  matrix::column_sums(x.data(), kRows, kColumns, 1.0, 0.0, sums.data());
  for (Index j = 0; j < kColumns; ++j) {
    Index wanted = 0;
    for (Index r = 0; r < kRows; ++r) wanted += (r * kColumns + j) % 13;
    REQUIRE(sums[static_cast<std::size_t>(j)] == static_cast<real>(wanted));
  }
  std::vector<real> many(100000, static_cast<real>(1e-3));
  many[0] = real(1e5);  // a float sum would stop growing
  real sum = 0;
  matrix::column_sums(many.data(), 100000, 1, 1.0, 0.0, &sum);
  CHECK(static_cast<double>(sum) == doctest::Approx(100099.999).epsilon(1e-6));
}

TEST_CASE("scale, add_scaled and fill are what they say") {
  std::vector<real> x = {1, -2, 4}, y = {10, 20, 30};
  matrix::add_scaled(3, 0.5, x.data(), y.data());
  CHECK(y == std::vector<real>{real(10.5), 19, 32});
  matrix::scale(3, -1.0, x.data(), y.data());
  CHECK(y == std::vector<real>{-1, 2, -4});
  matrix::scale(3, 2.0, x.data(), x.data());
  CHECK(x == std::vector<real>{2, -4, 8});
  matrix::fill(2, real(7), x.data());
  CHECK(x == std::vector<real>{7, 7, 8});
}

TEST_CASE("scale may move numbers towards the front over themselves") {
  // What folding the lanes does: the target lies before its source and overlaps it.
  std::vector<real> x(100);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<real>(i);
  matrix::scale(95, 2.0, x.data() + 5, x.data());
  for (std::size_t i = 0; i < 95; ++i) REQUIRE(x[i] == static_cast<real>(2 * (i + 5)));
}
