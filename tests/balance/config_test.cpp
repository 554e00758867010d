#include "balance/gram_properties.hpp"

using namespace espalier;
using namespace espalier::test;

TEST_CASE("config gives the published direction") {
  check_published("config", {}, {0.1588, 2.0706, 2.0706});
}

TEST_CASE("config has equal cosines and the length of the projections together") {
  const auto method = method_named("config");
  for_random_rows(161, true, [&](const Rows& rows) {
    const Solved solved = solve_rows(*method, rows);
    CHECK(solved.fallback.empty());
    const auto gram = gram_of(rows);
    const double size = size_of(rows, solved.weights);
    const double norm = gram::norm(gram, solved.weights);
    double projections = 0.0;
    const double first = gram::product(gram, 0, solved.weights) / length(rows[0]);
    CHECK(first > 0.0);
    for (std::size_t t = 0; t < rows.size(); ++t) {
      const double product = gram::product(gram, t, solved.weights);
      CHECK(std::abs(product / length(rows[t]) - first) <= 1e-10 * size);
      projections += product / norm;
    }
    CHECK(norm == doctest::Approx(projections).epsilon(1e-6));
  });
}

TEST_CASE("config of pairs is the bisector") {
  const auto method = method_named("config");
  const Rows rows = {{3, 0}, {0, 1}};
  const auto d = direction(rows, solve_rows(*method, rows).weights);
  // The bisector (1, 1) / sqrt 2 has projections 3 / sqrt 2 and 1 / sqrt 2.
  check_weights(d, {2, 2}, 1e-12);
  CHECK(solve_rows(*method, {{3, -4}}).weights[0] == doctest::Approx(1.0));
}

TEST_CASE("config is linear in the gradients' lengths") {
  const auto method = method_named("config");
  RandomStream random(162, "rows");
  for (const std::size_t tasks : {2U, 5U, 11U}) {
    const Rows rows = random_rows(random, tasks, 2 * tasks, 2 * tasks);
    auto wanted = direction(rows, solve_rows(*method, rows).weights);
    // Of unit gradients the direction is the same; its length sums the lengths.
    Rows apart = rows;
    double sum = 0.0;
    double plain = 0.0;
    for (auto& row : apart) {
      plain += length(row);
      const double factor = std::pow(10.0, 4.0 * random.uniform() - 2.0);
      for (double& x : row) x *= factor;
      sum += length(row);
    }
    const auto found = direction(apart, solve_rows(*method, apart).weights);
    for (std::size_t k = 0; k < found.size(); ++k) {
      CHECK(std::abs(found[k] - wanted[k] * sum / plain) < 1e-9 * length(found));
    }
  }
}

TEST_CASE("config where the gradients are dependent") {
  const auto method = method_named("config");
  const Solved opposite = solve_rows(*method, {{1, 2}, {-2, -4}});
  CHECK_FALSE(opposite.fallback.empty());
  CHECK(opposite.weights == std::vector<double>{0, 0});
  // Two opposite, one orthogonal: least squares gives the third's direction.
  const Rows three = {{1, 0}, {-3, 0}, {0, 2}};
  const Solved solved = solve_rows(*method, three);
  CHECK(solved.fallback.empty());
  check_weights(direction(three, solved.weights), {0, 2}, 1e-12);
  // Twice the same is one direction whose projections add up.
  const Rows same = {{3, 4}, {3, 4}};
  check_weights(direction(same, solve_rows(*method, same).weights), {6, 8}, 1e-12);
}

TEST_CASE("config has the properties of its kind") {
  check_finite("config");
  check_zero_rows("config");
  check_permutation("config");
  check_scaling("config", 0.0);
  CHECK(method_named("config")->layerwise());
}
