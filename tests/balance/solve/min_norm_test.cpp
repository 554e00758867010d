#include "balance/solve/min_norm.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "balance/method.hpp"
#include "espalier/gram.hpp"

using namespace espalier;
using test::Rows;

namespace {

std::vector<double> min_norm(const Rows& rows) {
  solve::MinNorm solver;
  std::vector<double> weights(rows.size(), -7.0);
  solver.solve(test::gram_of(rows), weights);
  return weights;
}

// w >= 0, sum 1, and <g_j, x> >= |x|^2 for all j, relative to the lengths that are summed.
void check_optimal(const std::vector<double>& gram, const std::vector<double>& w,
                   double tolerance = 1e-11) {
  const std::size_t n = w.size();
  CHECK(*std::ranges::min_element(w) >= 0.0);
  CHECK(std::accumulate(w.begin(), w.end(), 0.0) == doctest::Approx(1.0).epsilon(1e-12));
  double size = 0.0;
  for (std::size_t i = 0; i < n; ++i) size += w[i] * std::sqrt(gram[i * n + i]);
  const double squared = gram::squared_norm(gram, w);
  for (std::size_t j = 0; j < n; ++j) {
    const double unit = size * (size + std::sqrt(gram[j * n + j]));
    CHECK(gram::product(gram, j, w) - squared >= -tolerance * unit);
  }
}

}  // namespace

TEST_CASE("min-norm of pairs in closed form, corners exact") {
  const auto w = min_norm(test::kPublished);
  CHECK(w[0] == doctest::Approx(0.6));
  CHECK(w[1] == doctest::Approx(0.4));
  CHECK(min_norm({{1, 0}, {2, 1}}) == std::vector<double>{1, 0});
  CHECK(min_norm({{2, 1}, {1, 0}}) == std::vector<double>{0, 1});
  CHECK(min_norm({{1, 2}, {1, 2}}) == std::vector<double>{0.5, 0.5});
  CHECK(min_norm({{0, 0}, {1, 2}}) == std::vector<double>{1, 0});
  CHECK(min_norm({{1e15, 0}, {-1e-10, 0}})[0] == doctest::Approx(1e-25).scale(1e-25));
  CHECK(min_norm({{5}}) == std::vector<double>{1});
}

TEST_CASE("min-norm of more rows by hand") {
  const auto even = min_norm({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
  for (const double weight : even) CHECK(weight == doctest::Approx(1.0 / 3.0));
  // The nearest point of the triangle is on the edge of the first two.
  const auto edge = min_norm({{1, 1}, {1, -1}, {5, 0}});
  CHECK(edge[0] == doctest::Approx(0.5));
  CHECK(edge[1] == doctest::Approx(0.5));
  CHECK(edge[2] == 0.0);
  CHECK(min_norm({{3, 0}, {1, 0}, {2, 7}}) == std::vector<double>{0, 1, 0});
  // Norms 1, 2, 4 on three axes: w is proportional to 1 / norm^2.
  const auto axes = min_norm({{1, 0, 0}, {0, 2, 0}, {0, 0, 4}});
  CHECK(axes[0] == doctest::Approx(16.0 / 21.0));
  CHECK(axes[1] == doctest::Approx(4.0 / 21.0));
  CHECK(axes[2] == doctest::Approx(1.0 / 21.0));
}

TEST_CASE("min-norm is optimal on random rows of any rank, scale and conflict") {
  RandomStream random(21, "min norm");
  solve::MinNorm solver;
  int interior = 0;
  for (const double scale : {1e-10, 1.0, 1e15}) {
    for (std::size_t n = 2; n <= 20; ++n) {
      for (const std::size_t rank : {n, n / 2 + 1, std::size_t{2}, std::size_t{1}}) {
        for (const double common : {0.0, 0.5, 3.0}) {
          Rows rows = test::random_rows(random, n, n + 2, rank, scale);
          for (auto& row : rows) row[0] += common * scale;
          const auto gram = test::gram_of(rows);
          std::vector<double> weights(n);
          solver.solve(gram, weights);
          check_optimal(gram, weights);
          const auto used = std::ranges::count_if(weights, [](double w) { return w > 0.0; });
          interior += used > 2 ? 1 : 0;
        }
      }
    }
  }
  CHECK(interior > 100);
}

TEST_CASE("min-norm of rows whose scales differ by up to 25 orders") {
  RandomStream random(22, "min norm");
  solve::MinNorm solver;
  for (std::size_t n = 2; n <= 12; ++n) {
    for (int trial = 0; trial < 10; ++trial) {
      Rows rows = test::random_rows(random, n, n + 2, n);
      for (auto& row : rows) {
        const double scale = std::pow(10.0, -10.0 + 25.0 * random.uniform());
        for (double& x : row) x *= scale;
      }
      const auto gram = test::gram_of(rows);
      std::vector<double> weights(n);
      solver.solve(gram, weights);
      check_optimal(gram, weights);
    }
  }
}

TEST_CASE("min-norm of repeated and opposite rows") {
  RandomStream random(23, "min norm");
  solve::MinNorm solver;
  for (std::size_t n = 3; n <= 10; ++n) {
    Rows rows = test::random_rows(random, n, n + 2, n);
    rows.push_back(rows[0]);
    rows.push_back(rows[1]);
    const auto gram = test::gram_of(rows);
    std::vector<double> weights(rows.size());
    solver.solve(gram, weights);
    check_optimal(gram, weights);

    for (double& x : rows[0]) x = -x;  // rows 0 and n are opposite: the hull holds 0
    const auto opposite = test::gram_of(rows);
    solver.solve(opposite, weights);
    check_optimal(opposite, weights);
    CHECK(gram::norm(opposite, weights) < 1e-7);
  }
}

TEST_CASE("Frank-Wolfe with away steps, the fallback, comes to the same point") {
  RandomStream random(24, "min norm");
  solve::MinNorm solver;
  for (const double scale : {1e-10, 1.0, 1e15}) {
    for (std::size_t n = 2; n <= 12; ++n) {
      Rows rows = test::random_rows(random, n, n + 4, n, scale);
      const auto gram = test::gram_of(rows);
      std::vector<double> exact(n);
      solver.solve(gram, exact);
      std::vector<double> weights(n, 1.0 / static_cast<double>(n));
      for (int k = 0; k < 10; ++k) solver.descend(gram, weights);  // it ends after 200 n steps
      check_optimal(gram, weights, 1e-9);
      for (std::size_t i = 0; i < n; ++i) CHECK(std::abs(weights[i] - exact[i]) < 1e-6);
    }
  }
}
