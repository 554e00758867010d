#include "balance/gram_properties.hpp"

using namespace espalier;
using namespace espalier::test;

TEST_CASE("fairgrad gives the published weights for alpha = 1") {
  check_published("fairgrad", {{"alpha", 1.0}}, {0.0766, 0.9985, 0.9985}, 1.0, {0.5915, 0.4071});
}

TEST_CASE("fairgrad solves G w = w^(-1/alpha)") {
  for (const double alpha : {0.2, 0.5, 1.0, 2.0, 5.0, 10.0}) {
    const auto method = method_named("fairgrad", {{"alpha", alpha}});
    CAPTURE(alpha);
    for_random_rows(101, true, [&](const Rows& rows) {
      const Solved solved = solve_rows(*method, rows);
      CHECK(solved.fallback.empty());
      const auto gram = gram_of(rows);
      const double size = size_of(rows, solved.weights);
      for (std::size_t t = 0; t < rows.size(); ++t) {
        CHECK(solved.weights[t] > 0.0);
        const double left = gram::product(gram, t, solved.weights);
        const double right = std::pow(solved.weights[t], -1.0 / alpha);
        CHECK(std::abs(left - right) <= 1e-9 * size * length(rows[t]));
      }
    });
  }
}

TEST_CASE("fairgrad of one and of orthogonal tasks by hand") {
  // |g|^2 w = w^(-1/2): w = |g|^(-4/3)
  const auto method = method_named("fairgrad");
  CHECK(solve_rows(*method, {{0, 8}}).weights[0] == doctest::Approx(1.0 / 16.0));
  check_weights(solve_rows(*method, {{0, 8}, {1, 0}}).weights, {1.0 / 16.0, 1.0}, 1e-12);
}

TEST_CASE(
    "fairgrad with alpha = 1 is nash; near 0 weights are equal, large alpha evens decreases") {
  const auto nash = method_named("nash");
  const auto one = method_named("fairgrad", {{"alpha", 1.0}});
  const auto small = method_named("fairgrad", {{"alpha", 0.1}});
  const auto large = method_named("fairgrad", {{"alpha", 20.0}});
  RandomStream random(102, "rows");
  for (const std::size_t tasks : {2U, 4U, 9U}) {
    const Rows rows = random_rows(random, tasks, 2 * tasks, 2 * tasks);
    CHECK(solve_rows(*one, rows).weights == solve_rows(*nash, rows).weights);
  }
  const Rows rows = {{3, 0}, {0, 1}};
  const auto even = solve_rows(*small, rows).weights;
  CHECK(even[0] / even[1] == doctest::Approx(std::pow(9.0, -0.1 / 1.1)));
  const auto fair = direction(rows, solve_rows(*large, rows).weights);
  CHECK(3.0 * fair[0] / fair[1] == doctest::Approx(1.0).epsilon(0.11));
}

TEST_CASE("fairgrad without a solution says so") {
  for (const double alpha : {0.5, 1.0, 2.0, 5.0}) {
    const auto method = method_named("fairgrad", {{"alpha", alpha}});
    const Rows three = {{1, 0}, {-3, 0}, {0, 2}};
    const Solved solved = solve_rows(*method, three);
    CHECK_FALSE(solved.fallback.empty());
    const auto d = direction(three, solved.weights);
    CHECK(std::abs(d[0]) < 0.02 * size_of(three, solved.weights));
    CHECK(d[1] > 0.1);
  }
}

TEST_CASE("fairgrad has the properties of its kind") {
  for (const double alpha : {0.5, 20.0}) check_finite("fairgrad", {{"alpha", alpha}});
  check_zero_rows("fairgrad");
  check_permutation("fairgrad");
  check_scaling("fairgrad", -4.0 / 3.0);
  check_scaling("fairgrad", -2.0 * 5.0 / 6.0, {{"alpha", 5.0}});
  BalanceConventions conventions;
  method_named("fairgrad")->conventions(conventions);
  CHECK(conventions.clip == 1.0);
  CHECK(conventions.heads == "weighted");
}
