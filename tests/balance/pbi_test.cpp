#include "balance/steps.hpp"

using namespace espalier;
using test::Steps;

TEST_CASE("pbi adds a penalty for leaving the ray") {
  // v = (3, 4), r = (1, 1) / sqrt 2, d1 = 7 / sqrt 2, e = (-1/2, 1/2): w = (1 -+ theta) / sqrt 2
  const double root = std::sqrt(2.0);
  test::check_near(Steps("pbi").weigh({3, 4}).weights, {-4 / root, 6 / root}, 1e-9);
  test::check_near(Steps("pbi", {{"theta", 0.5}}).weigh({3, 4}).weights, {0.5 / root, 1.5 / root},
                   1e-9);
}

TEST_CASE("pbi's weights are the derivatives of d1 + theta d2") {
  const std::vector<double> p = {1, 2, 0.5}, ideal = {0.1, -1, 0}, at = {1.2, 0.7, 2.2};
  const auto objective = [&](const std::vector<double>& l) {
    const double length = std::sqrt(1 + 4 + 0.25);
    double d1 = 0.0, d2 = 0.0;
    for (std::size_t i = 0; i < 3; ++i) d1 += (l[i] - ideal[i]) * p[i] / length;
    for (std::size_t i = 0; i < 3; ++i) {
      d2 += std::pow(l[i] - ideal[i] - d1 * p[i] / length, 2.0);
    }
    return d1 + 2 * std::sqrt(d2);
  };
  Steps pbi("pbi", {{"theta", 2.0}, {"preference", p}, {"ideal", ideal}}, 3);
  const auto weights = pbi.weigh(at).weights;
  for (std::size_t i = 0; i < 3; ++i) {
    auto more = at, less = at;
    more[i] += 1e-5;
    less[i] -= 1e-5;
    CHECK(weights[i] == doctest::Approx((objective(more) - objective(less)) / 2e-5).epsilon(1e-6));
  }
}

TEST_CASE("pbi on the ray is the preference") {
  Steps pbi("pbi", {{"preference", std::vector<double>{3, 4}}}, 2);
  for (const double scale : {1e-10, 1.0, 1e15}) {
    test::check_near(pbi.weigh({3 * scale, 4 * scale}).weights, {0.6, 0.8}, 1e-8);
  }
  CHECK(pbi.weigh({0, 0}).weights == std::vector<double>{3.0 / 5, 4.0 / 5});
}

TEST_CASE("pbi means the same at every scale of the losses") {
  const auto wanted = Steps("pbi").weigh({1, 2, 5}).weights;
  for (const double scale : {1e-10, 1e-4, 1e15}) {
    test::check_near(Steps("pbi").weigh({scale, 2 * scale, 5 * scale}).weights, wanted, 1e-9);
  }
  test::check_finite("pbi");
}

TEST_CASE("pbi over the tasks at hand") {
  const std::vector<double> p = {3, 7, 4};
  Steps pbi("pbi", {{"preference", p}, {"theta", 0.0}}, 3);
  test::check_near(pbi.weigh({1, 1}, {0, 2}).weights, {0.6, 0.8});
  test::check_near(pbi.weigh({9}, {1}).weights, {1});
  CHECK_THROWS_WITH_AS(Steps("pbi", {{"preference", p}}, 2),
                       "balance.pbi.preference: expected 2 numbers, one for each task, found 3",
                       ConfigError);
  CHECK_THROWS_WITH_AS(Steps("pbi", {{"ideal", p}}, 4),
                       "balance.pbi.ideal: expected 4 numbers, one for each task, found 3",
                       ConfigError);
}
