#include <doctest/doctest.h>

#include <cmath>

#include "espalier/random.hpp"
#include "study/stats/delta_m.hpp"
#include "study/stats/pareto.hpp"
#include "study/stats/verdict.hpp"

namespace espalier::stats {

TEST_CASE("Delta m: signed by direction, paired by seed") {
  // Accuracy 0.9 against 0.8, error 0.3 against 0.2: (0.125 - 0.5) / 2.
  const std::vector<TaskScores> tasks = {{{0.9, 0.8}, {0.8, 0.8}, true},
                                         {{0.3, 0.1}, {0.2, 0.2}, false}};
  const std::vector<double> m = delta_m(tasks);
  CHECK(m[0] == doctest::Approx(-0.1875));
  CHECK(m[1] == doctest::Approx(0.25));
  CHECK(relative_change(-1.0, -2.0, true) == doctest::Approx(0.5));
  CHECK(std::isnan(relative_change(0.1, 0.0, true)));
  CHECK(std::isnan(relative_change(0.1, std::nan(""), true)));
}

TEST_CASE("the front and its volume by hand") {
  const Points points = {{3, 1}, {2, 2}, {1, 3}, {1, 1}, {2, 2}};
  CHECK(pareto_front(points) == std::vector<char>{1, 1, 1, 0, 1});
  CHECK(hypervolume(points, {0, 0}) == doctest::Approx(6.0));
  CHECK(hypervolume(points, {2, 0}) == doctest::Approx(1.0));
  CHECK(hypervolume(points, {3, 3}) == 0.0);
  CHECK(hypervolume({{1, 2, 3}}, {0, 0, 0}) == doctest::Approx(6.0));
  // Two boxes of 2 in three dimensions that meet in the unit cube.
  CHECK(hypervolume({{2, 1, 1}, {1, 2, 1}}, {0, 0, 0}) == doctest::Approx(3.0));
}

TEST_CASE("the volume is the share of points that are dominated") {
  RandomStream random(5, "test/volume");
  Points points;
  for (int i = 0; i < 12; ++i) {
    std::vector<double>& p = points.emplace_back();
    for (int k = 0; k < 4; ++k) p.push_back(random.uniform());
  }
  constexpr int kDraws = 40'000;
  int inside = 0;
  for (int d = 0; d < kDraws; ++d) {
    std::vector<double> x(4);
    for (double& v : x) v = random.uniform();
    bool dominated = false;
    for (const auto& p : points) {
      dominated = dominated || (p[0] >= x[0] && p[1] >= x[1] && p[2] >= x[2] && p[3] >= x[3]);
    }
    inside += dominated ? 1 : 0;
  }
  CHECK(hypervolume(points, {0, 0, 0, 0}) ==
        doctest::Approx(static_cast<double>(inside) / kDraws).epsilon(0.03));
}

TEST_CASE("verdicts in words") {
  const Estimate up{0.1, 0.05, 0.15, 5};
  CHECK(verdict(up, 0.01, true) == "better");
  CHECK(verdict(up, 0.01, false) == "worse");
  CHECK(verdict(up, 0.05, true) == "no difference shown");
  CHECK(verdict(up, std::nan(""), true) == "cannot be judged");
  CHECK(verdict({0.1, 0, 0, 1}, 0.01, true) == "cannot be judged");
}

}  // namespace espalier::stats
