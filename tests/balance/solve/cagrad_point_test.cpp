#include "balance/solve/cagrad_point.hpp"

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

struct Problem {
  std::vector<double> gram;
  std::vector<double> b;
  double squared = 0.0;
  double k = 0.0;

  double value(const std::vector<double>& w) const {
    return std::inner_product(w.begin(), w.end(), b.begin(), 0.0) + k * gram::norm(gram, w);
  }
};

// g is the mean of the rows.
Problem problem_of(const Rows& rows, double c) {
  Problem p;
  p.gram = test::gram_of(rows);
  const std::vector<double> mean(rows.size(), 1.0 / static_cast<double>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) p.b.push_back(gram::product(p.gram, i, mean));
  p.squared = gram::squared_norm(p.gram, mean);
  p.k = c * std::sqrt(p.squared);
  return p;
}

}  // namespace

TEST_CASE("CAGrad's point of a pair by search") {
  RandomStream random(51, "cagrad");
  solve::CagradPoint solver;
  for (int trial = 0; trial < 40; ++trial) {
    const Problem p = problem_of(test::random_rows(random, 2, 3, 3), 0.1 + 0.03 * trial);
    std::vector<double> w(2);
    REQUIRE(solver.solve(p.gram, p.b, p.squared, p.k, w));
    double low = 0.0;
    double high = 1.0;
    for (int step = 0; step < 100; ++step) {  // convex: a third that is worse is left
      const double first = low + (high - low) / 3.0;
      const double second = high - (high - low) / 3.0;
      const bool left = p.value({first, 1.0 - first}) < p.value({second, 1.0 - second});
      (left ? high : low) = left ? second : first;
    }
    CHECK(std::abs(w[0] - low) < 1e-6);
  }
}

// Convex: w is the minimum where the derivative along every e_i - w is not negative.
TEST_CASE("CAGrad's point has no way down") {
  RandomStream random(52, "cagrad");
  solve::CagradPoint solver;
  for (const double scale : {1e-10, 1.0, 1e15}) {
    for (std::size_t n = 2; n <= 20; ++n) {
      for (const double c : {0.05, 0.5, 3.0}) {
        const Problem p = problem_of(test::random_rows(random, n, 2 * n, 2 * n, scale), c);
        std::vector<double> w(n);
        REQUIRE(solver.solve(p.gram, p.b, p.squared, p.k, w));
        CHECK(*std::ranges::min_element(w) >= 0.0);
        CHECK(std::accumulate(w.begin(), w.end(), 0.0) == doctest::Approx(1.0).epsilon(1e-12));
        const double norm = gram::norm(p.gram, w);
        const double size = p.k * std::sqrt(*std::ranges::max_element(p.gram));
        for (std::size_t i = 0; i < n; ++i) {
          CHECK(p.b[i] + p.k * gram::product(p.gram, i, w) / norm - p.value(w) >= -1e-8 * size);
        }
      }
    }
  }
}

TEST_CASE("CAGrad's point where the hull holds zero") {
  solve::CagradPoint solver;
  std::vector<double> w(3);
  const Rows rows = {{1, 0}, {-2, 0}, {0, 1}};
  Problem p = problem_of(rows, 1.5);
  CHECK_FALSE(solver.solve(p.gram, p.b, p.squared, p.k, w));
  p = problem_of(rows, 0.1);  // a small ball does not reach that far
  CHECK(solver.solve(p.gram, p.b, p.squared, p.k, w));
  CHECK(p.value(w) < 0.0);
}
