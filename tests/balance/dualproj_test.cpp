#include "balance/gram_properties.hpp"

using namespace espalier;
using namespace espalier::test;

TEST_CASE("dualproj gives the published weights") {
  check_published("dualproj", {}, {0.5563, 1.1109, 1.1109}, 1.0, {0.6109, 0.5});
}

TEST_CASE("dualproj is the mean where no task is in conflict with it") {
  const auto method = method_named("dualproj");
  check_weights(solve_rows(*method, {{1, 0, 2}, {3, 1, 0}}).weights, {0.5, 0.5}, 1e-14);
  // In conflict with each other, not with the mean (0, 1, 1) of them.
  check_weights(solve_rows(*method, {{-2, 1, 1}, {2, 1, 1}}).weights, {0.5, 0.5}, 1e-14);
  CHECK(solve_rows(*method, {{3, -4}}).weights == std::vector<double>{1});
}

// The projection p of m on a cone: p in the cone, <p, p - m> = 0, and w >= 1/T.
TEST_CASE("dualproj projects the mean on the cone") {
  const auto method = method_named("dualproj", {{"epsilon", 0.0}});
  int moved = 0;
  for_random_rows(151, false, [&](const Rows& rows) {
    const std::size_t tasks = rows.size();
    const auto w = solve_rows(*method, rows).weights;
    const auto gram = gram_of(rows);
    const double size = size_of(rows, w);
    double across = 0.0;
    for (std::size_t t = 0; t < tasks; ++t) {
      const double excess = w[t] - 1.0 / static_cast<double>(tasks);
      const double product = gram::product(gram, t, w);
      CHECK(excess >= 0.0);
      CHECK(product >= -1e-10 * size * length(rows[t]));
      across += excess * product;
      moved += excess > 0.0 ? 1 : 0;
    }
    CHECK(std::abs(across) <= 1e-10 * size * size);
  });
  CHECK(moved > 50);
}

TEST_CASE("dualproj of opposite tasks stands still") {
  const auto method = method_named("dualproj", {{"epsilon", 0.0}});
  const Rows rows = {{1, 2}, {-2, -4}};
  CHECK(length(direction(rows, solve_rows(*method, rows).weights)) < 1e-12);
}

TEST_CASE("dualproj has the properties of its kind") {
  for (const double epsilon : {0.0, 1e-4}) {
    check_finite("dualproj", {{"epsilon", epsilon}});
    check_zero_rows("dualproj", {{"epsilon", epsilon}});
    check_permutation("dualproj", {{"epsilon", epsilon}});
    check_scaling("dualproj", 0.0, {{"epsilon", epsilon}});
  }
  check_non_conflicting("dualproj", {{"epsilon", 0.0}});
  CHECK(method_named("dualproj")->layerwise());
}
