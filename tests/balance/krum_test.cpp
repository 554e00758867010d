#include "balance/gram_properties.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

const Rows kCluster = {{1, 0}, {1.1, 0.1}, {0.9, 0}, {-50, 40}, {1, 0.2}};

}  // namespace

TEST_CASE("krum by hand") {
  // f = 1, the nearest one: 1, 1, 4, 36.
  const auto one = method_named("krum", {{"f", Index{1}}});
  const Rows line = {{1}, {2}, {4}, {10}};
  CHECK(solve_rows(*one, line).weights == std::vector<double>{1, 0, 0, 0});  // first of a tie
  // f = 0, the nearest two: 1 + 9, 1 + 4, 4 + 9, 36 + 64.
  const auto none = method_named("krum");
  CHECK(solve_rows(*none, line).weights == std::vector<double>{0, 1, 0, 0});
  const auto two = method_named("krum", {{"select", Index{2}}});
  CHECK(solve_rows(*two, line).weights == std::vector<double>{0.5, 0.5, 0, 0});
  const auto many = method_named("krum", {{"select", Index{9}}});
  CHECK(solve_rows(*many, line).weights == std::vector<double>(4, 0.25));
}

TEST_CASE("krum scores by squared distances") {
  // Points on a line (the second number only keeps them from zero); f = 2, the nearest two: 0 has
  // 1 + 1, 20 has 0 + 1.9^2, whose roots 1.9 would be the lowest sum.
  const Rows rows = {{-1, 9}, {0, 9}, {1, 9}, {20, 9}, {20, 9}, {21.9, 9}};
  const auto method = method_named("krum", {{"f", Index{2}}});
  CHECK(solve_rows(*method, rows).weights == std::vector<double>{0, 1, 0, 0, 0, 0});
}

TEST_CASE("krum does not choose what lies apart") {
  for (const Index select : {1, 2, 3}) {
    const auto method = method_named("krum", {{"f", Index{1}}, {"select", select}});
    const Solved solved = solve_rows(*method, kCluster);
    CHECK(solved.fallback.empty());
    CHECK(solved.weights[3] == 0.0);
    CHECK(std::ranges::count_if(solved.weights, [](double w) { return w > 0.0; }) == select);
    CHECK(std::accumulate(solved.weights.begin(), solved.weights.end(), 0.0) ==
          doctest::Approx(1.0));
  }
}

TEST_CASE("krum of too few tasks is the mean, and says so") {
  const auto method = method_named("krum", {{"f", Index{1}}});
  const Solved few = solve_rows(*method, {{1, 0}, {0, 1}, {5, 5}});
  CHECK_FALSE(few.fallback.empty());
  CHECK(few.weights == std::vector<double>(3, 1.0 / 3.0));
  const Solved one = solve_rows(*method, {{3, -4}});
  CHECK(one.fallback.empty());
  CHECK(one.weights == std::vector<double>{1});
}

TEST_CASE("krum has the properties of its kind") {
  for (const Index f : {0, 2}) {
    const Options options = {{"f", f}, {"select", Index{2}}};
    check_finite("krum", options);
    check_zero_rows("krum", options);
  }
  // Random rows whose nearest are three and more: no two scores are equal.
  const auto method = method_named("krum", {{"f", Index{1}}});
  RandomStream random(181, "rows");
  for (std::size_t tasks = 6; tasks < 15; ++tasks) {
    Rows rows = random_rows(random, tasks, 8, 8);
    auto weights = solve_rows(*method, rows).weights;
    CHECK(solve_rows(*method, scaled(rows, 1e-9)).weights == weights);
    std::ranges::reverse(rows);
    std::ranges::reverse(weights);
    CHECK(solve_rows(*method, rows).weights == weights);
  }
  CHECK(method->layerwise());
}
