#include "balance/gram_properties.hpp"

using namespace espalier;
using namespace espalier::test;

TEST_CASE("nash gives the published direction, clipped and not") {
  check_published("nash", {}, {0.0766, 0.9985, 0.9985}, 1.0, {0.5915, 0.4071});
  BalanceConventions conventions;
  method_named("nash")->conventions(conventions);
  CHECK(conventions.clip == 1.0);
  CHECK(conventions.heads == "weighted");
  check_published("nash", {}, {0.0542, 0.7061, 0.7061}, conventions.clip_factor(std::sqrt(2.0)));
}

TEST_CASE("nash solves G w = 1/w") {
  const auto method = method_named("nash");
  for_random_rows(91, true, [&](const Rows& rows) {
    const Solved solved = solve_rows(*method, rows);
    CHECK(solved.fallback.empty());
    const auto gram = gram_of(rows);
    for (std::size_t t = 0; t < rows.size(); ++t) {
      CHECK(solved.weights[t] > 0.0);
      CHECK(gram::product(gram, t, solved.weights) * solved.weights[t] ==
            doctest::Approx(1.0).epsilon(1e-8));
    }
    CHECK(gram::norm(gram, solved.weights) ==
          doctest::Approx(std::sqrt(static_cast<double>(rows.size()))));
  });
}

TEST_CASE("nash of pairs has a closed form") {
  const auto method = method_named("nash");
  for (const double angle : {0.0, 0.5, 1.5, 3.0}) {
    const Rows rows = {{2, 0}, {5 * std::cos(angle), 5 * std::sin(angle)}};
    const double root = std::sqrt(1.0 + std::cos(angle));
    check_weights(solve_rows(*method, rows).weights, {1 / (2 * root), 1 / (5 * root)}, 1e-9);
  }
  CHECK(solve_rows(*method, {{3, -4}}).weights[0] == doctest::Approx(0.2));
}

TEST_CASE("nash's direction does not depend on the gradients' lengths") {
  const auto method = method_named("nash");
  RandomStream random(92, "rows");
  for (const std::size_t tasks : {2U, 5U, 12U}) {
    for (const double orders : {4.0, 25.0}) {
      const Rows rows = random_rows(random, tasks, 2 * tasks, 2 * tasks);
      const Rows apart = scaled_apart(rows, random, orders);
      const auto wanted = direction(rows, solve_rows(*method, rows).weights);
      const Solved solved = solve_rows(*method, apart);
      CHECK(solved.fallback.empty());
      check_weights(direction(apart, solved.weights), wanted, 1e-7);
    }
  }
}

TEST_CASE("nash without a solution lets the conflict cancel and moves the others") {
  const auto method = method_named("nash");
  const Rows opposite = {{1, 2}, {-2, -4}};
  Solved solved = solve_rows(*method, opposite);
  CHECK_FALSE(solved.fallback.empty());
  CHECK(length(direction(opposite, solved.weights)) < 1e-9);
  const Rows three = {{1, 0}, {-3, 0}, {0, 2}};
  solved = solve_rows(*method, three);
  CHECK_FALSE(solved.fallback.empty());
  const auto d = direction(three, solved.weights);
  CHECK(std::abs(d[0]) < 1e-9);
  CHECK(d[1] == doctest::Approx(1.0).epsilon(1e-3));
  CHECK(*std::ranges::max_element(solved.weights) < 200.0);
}

TEST_CASE("nash has the properties of its kind") {
  check_finite("nash");
  check_zero_rows("nash");
  check_permutation("nash");
  check_scaling("nash", -1.0);
  check_non_conflicting("nash", {}, 1e-10, true);  // at low rank there may be no solution
  CHECK(method_named("nash")->layerwise());
  CHECK(method_named("nash")->state().empty());
}
