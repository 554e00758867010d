#include "balance/gram_properties.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

const Rows kCluster = {{1, 0}, {1.1, 0.1}, {0.9, 0}, {-50, 40}, {1, 0.2}};

}  // namespace

TEST_CASE("krum by hand") {
  // One nearest of three neighbours, f = 1: squared distances of neighbours 1, 1, 4, 36.
  const auto one = method_named("krum", {{"f", Index{1}}});
  const Rows line = {{1}, {2}, {4}, {10}};
  CHECK(solve_rows(*one, line).weights == std::vector<double>{1, 0, 0, 0});  // first of a tie
  // f = 0: two nearest: 1 + 9, 1 + 4, 4 + 9, 36 + 64.
  const auto none = method_named("krum");
  CHECK(solve_rows(*none, line).weights == std::vector<double>{0, 1, 0, 0});
  const auto two = method_named("krum", {{"select", Index{2}}});
  CHECK(solve_rows(*two, line).weights == std::vector<double>{0.5, 0.5, 0, 0});
  const auto many = method_named("krum", {{"select", Index{9}}});
  CHECK(solve_rows(*many, line).weights == std::vector<double>(4, 0.25));
}

TEST_CASE("krum scores by squared distances") {
  // Two nearest: squares 0.5: 25 + 25 = 50, of 0: 0.25 + 49 ..., roots would choose otherwise.
  // The second number keeps rows from being zero.
  const Rows line = {{0, 1}, {7, 1}, {-5, 1}, {6.5, 1}};
  // squared: 0: 25 + 42.25; 7: 0.25 + 49; -5: 25 + 132.25; 6.5: 0.25 + 42.25
  CHECK(solve_rows(*method_named("krum"), line).weights == std::vector<double>{0, 0, 0, 1});
  const Rows bent = {{0, 1}, {4, 1}, {-4, 1}, {11, 1}, {11.5, 1}};
  // three nearest: 0: 16 + 16 + 121 = 153 (roots 19); 4: 16 + 49 + 56.25 = 121.25 (18.5);
  // -4: 16 + 64 + 225; 11: 0.25 + 49 + 121 = 170.25 (18.5); 11.5: 0.25 + 56.25 + 132.25
  CHECK(solve_rows(*method_named("krum"), bent).weights == std::vector<double>{0, 1, 0, 0, 0});
  const Rows far = {{0}, {5}, {-5}, {12.1}, {12.1}, {12.1}};
  // f = 1, three nearest: 0: 25 + 25 + 146.41 (roots 22.1); 5: 25 + 50.41 + 50.41 (19.2);
  // 12.1: 0 + 0 + 50.41 (7.1)
  const auto weights = solve_rows(*method_named("krum", {{"f", Index{1}}}), far).weights;
  CHECK(weights == std::vector<double>{0, 0, 0, 1, 0, 0});
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
  // With three nearest of six and more there are no ties in random rows.
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
