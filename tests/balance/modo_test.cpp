#include "balance/cross_gram.hpp"

using namespace espalier;
using namespace espalier::test;

TEST_CASE("modo by hand") {
  const auto method = method_named("modo", {{"gamma", 0.1}, {"rho", 0.0}});
  // (0.5, 0.5) - 0.1 (2, 0.5) = (0.3, 0.45), moved to sum 1
  check_weights(weigh_cross(*method, {4, 0, 0, 1}, 2), {0.425, 0.575}, 1e-14);
  // A is not symmetric: rows are batch 2.
  const auto other = method_named("modo", {{"gamma", 0.1}, {"rho", 0.0}});
  check_weights(weigh_cross(*other, {0, 4, 0, 0}, 2), {0.4, 0.6}, 1e-14);
  CHECK(weigh_cross(*method_named("modo"), {-3.0}, 1) == std::vector<double>{1});
}

TEST_CASE("modo's rho pulls towards equal weights") {
  const auto method = method_named("modo", {{"gamma", 0.1}, {"rho", 1.0}});
  method->restore(std::vector<double>{1.0, 0.0});
  check_weights(weigh_cross(*method, {0, 0, 0, 0}, 2), {0.95, 0.05}, 1e-14);
}

TEST_CASE("modo on one matrix comes to mgda's weights") {
  RandomStream random(173, "rows");
  const auto mgda = method_named("mgda");
  for (const std::size_t tasks : {2U, 3U, 6U}) {
    const Rows rows = scaled(random_rows(random, tasks, 2 * tasks, 2 * tasks), 0.1);
    const auto method = method_named("modo", {{"gamma", 0.1}, {"rho", 0.0}});
    const auto gram = gram_of(rows);
    for (int k = 0; k < 20000; ++k) weigh_cross(*method, gram, tasks);
    check_weights(weigh_cross(*method, gram, tasks), solve_rows(*mgda, rows).weights, 1e-5);
  }
}

TEST_CASE("modo keeps its weights on the simplex and its state") {
  check_simplex("modo");
  check_state("modo");
}
