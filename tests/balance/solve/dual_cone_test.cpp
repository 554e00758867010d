#include "balance/solve/dual_cone.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "balance/method.hpp"
#include "espalier/gram.hpp"

using namespace espalier;
using test::Rows;

namespace {

std::vector<double> dual_cone(const Rows& rows, const std::vector<double>& lower) {
  solve::DualCone solver;
  std::vector<double> v(rows.size(), -7.0);
  solver.solve(test::gram_of(rows), lower, v);
  return v;
}

// v >= u, Gv >= 0, (v - u)'Gv = 0, relative to the lengths that are summed.
void check_optimal(const std::vector<double>& gram, const std::vector<double>& lower,
                   const std::vector<double>& v, double tolerance) {
  const std::size_t n = v.size();
  double size = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    size += std::max(std::abs(v[i]), std::abs(lower[i])) * std::sqrt(gram[i * n + i]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double product = gram::product(gram, i, v);
    CHECK(v[i] >= lower[i]);
    CHECK(product >= -tolerance * size * std::sqrt(gram[i * n + i]));
    CHECK((v[i] - lower[i]) * product <= tolerance * size * size);
  }
}

}  // namespace

TEST_CASE("dual cone by hand") {
  CHECK(dual_cone({{1, 0}, {0, 1}}, {1, 0}) == std::vector<double>{1, 0});
  // g_1 projected off g_2 = (6, 1, 1): v_2 = 22 / 38
  const auto first = dual_cone(test::kPublished, {1, 0});
  CHECK(first[0] == 1.0);
  CHECK(first[1] == doctest::Approx(22.0 / 38.0));
  const auto second = dual_cone(test::kPublished, {0, 1});
  CHECK(second[0] == doctest::Approx(22.0 / 18.0));
  CHECK(second[1] == 1.0);
  const auto opposite = dual_cone({{1, 2}, {-2, -4}}, {1, 0});
  CHECK(opposite[0] == 1.0);
  CHECK(opposite[1] == doctest::Approx(0.5));
  CHECK(dual_cone({{-3}}, {0.25}) == std::vector<double>{0.25});
  CHECK(dual_cone({{0, 0}, {1, 1}}, {1, 1}) == std::vector<double>{1, 1});
}

TEST_CASE("dual cone is optimal on random rows of any rank and scale") {
  RandomStream random(31, "dual cone");
  solve::DualCone solver;
  int moved = 0;
  for (const double scale : {1e-10, 1.0, 1e15}) {
    for (std::size_t n = 2; n <= 20; ++n) {
      for (const std::size_t rank : {n, n / 2 + 1, std::size_t{2}, std::size_t{1}}) {
        const auto gram = test::gram_of(test::random_rows(random, n, n + 2, rank, scale));
        for (std::size_t i = 0; i <= n; i += 3) {  // one task, and all of them
          std::vector<double> lower(n, i == 0 ? 1.0 : 0.0);
          if (i > 0) lower[i - 1] = 1.0;
          std::vector<double> v(n);
          solver.solve(gram, lower, v);
          check_optimal(gram, lower, v, 1e-10);
          moved += v != lower ? 1 : 0;
        }
      }
    }
  }
  CHECK(moved > 300);
}

TEST_CASE("dual cone of rows whose scales differ by up to 25 orders") {
  RandomStream random(32, "dual cone");
  solve::DualCone solver;
  for (std::size_t n = 2; n <= 12; ++n) {
    Rows rows = test::random_rows(random, n, n + 2, n);
    for (auto& row : rows) {
      const double scale = std::pow(10.0, -10.0 + 25.0 * random.uniform());
      for (double& x : row) x *= scale;
    }
    const auto gram = test::gram_of(rows);
    const std::vector<double> lower(n, 1.0);
    std::vector<double> v(n);
    solver.solve(gram, lower, v);
    check_optimal(gram, lower, v, 1e-11);
  }
}

TEST_CASE("coordinate descent, the fallback, comes to the same direction") {
  RandomStream random(33, "dual cone");
  solve::DualCone solver;
  for (std::size_t n = 2; n <= 10; ++n) {
    const auto rows = test::random_rows(random, n, n + 4, n);
    const auto gram = test::gram_of(rows);
    const std::vector<double> lower(n, 1.0);
    std::vector<double> exact(n);
    solver.solve(gram, lower, exact);
    std::vector<double> v = lower;
    solver.descend(gram, lower, v);
    check_optimal(gram, lower, v, 1e-9);
    const auto wanted = test::direction(rows, exact);
    const auto found = test::direction(rows, v);
    for (std::size_t k = 0; k < wanted.size(); ++k) CHECK(std::abs(found[k] - wanted[k]) < 1e-6);
  }
}
