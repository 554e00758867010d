#include "balance/gram_properties.hpp"

using namespace espalier;
using namespace espalier::test;

TEST_CASE("mgda gives the published weights") {
  check_published("mgda", {}, {0, 1, 1}, 1.0, {0.6, 0.4});
}

TEST_CASE("mgda and mgda_ub differ in whose Gram matrix they ask for") {
  const auto mgda = method_named("mgda");
  const auto ub = method_named("mgda_ub");
  CHECK(mgda->needs().gram);
  CHECK_FALSE(mgda->needs().features);
  CHECK(mgda->layerwise());
  CHECK(ub->needs().gram);
  CHECK(ub->needs().features);
  CHECK_FALSE(ub->layerwise());
  BalanceConventions conventions;
  ub->conventions(conventions);
  CHECK(conventions.heads == "weighted");
  for_random_rows(61, false, [&](const Rows& rows) {
    CHECK(solve_rows(*mgda, rows).weights == solve_rows(*ub, rows).weights);
  });
}

TEST_CASE("mgda by hand") {
  const auto mgda = method_named("mgda");
  CHECK(solve_rows(*mgda, {{3, -4}}).weights == std::vector<double>{1});
  CHECK(solve_rows(*mgda, {{1, 0}, {2, 1}}).weights == std::vector<double>{1, 0});
  check_weights(solve_rows(*mgda, {{1, 0}, {0, 2}}).weights, {0.8, 0.2}, 1e-14);
  check_weights(solve_rows(*mgda, {{1, 0}, {-3, 0}}).weights, {0.75, 0.25}, 1e-14);
}

// The hull's shortest vector d: w on the simplex and <g_t, d> >= |d|^2 for all t.
TEST_CASE("mgda finds the shortest vector") {
  const auto mgda = method_named("mgda");
  for_random_rows(62, false, [&](const Rows& rows) {
    const auto w = solve_rows(*mgda, rows).weights;
    const auto gram = gram_of(rows);
    const double size = size_of(rows, w);
    CHECK(*std::ranges::min_element(w) >= 0.0);
    CHECK(std::accumulate(w.begin(), w.end(), 0.0) == doctest::Approx(1.0).epsilon(1e-12));
    for (std::size_t t = 0; t < rows.size(); ++t) {
      CHECK(gram::product(gram, t, w) - gram::squared_norm(gram, w) >=
            -1e-11 * size * (size + length(rows[t])));
    }
  });
}

TEST_CASE("mgda has the properties of its kind") {
  check_finite("mgda");
  check_zero_rows("mgda");
  check_permutation("mgda");
  check_scaling("mgda", 0.0);
  check_non_conflicting("mgda");
}
