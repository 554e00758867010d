#include "balance/cross_gram.hpp"

using namespace espalier;
using namespace espalier::test;

TEST_CASE("sdmgrad by hand") {
  // s = 1; v = A (0.5, 0.5) = (0.2, 0.4) of A = ((0.4, 0), (0, 1.6)) / 1, mean root (0.632
  // + 1.265)/2
  const double s = (std::sqrt(0.4) + std::sqrt(1.6)) / 2.0;
  const auto once =
      method_named("sdmgrad", {{"lambda", 0.0}, {"learning_rate", 0.1}, {"n", Index{1}}});
  auto w = weigh_cross(*once, {0.4, 0, 0, 1.6}, 2);
  const double a = 0.4 / (s * s);
  const double b = 1.6 / (s * s);
  // 0.5 - 0.1 (a, b) / 2, moved to sum 1
  CHECK(w[0] == doctest::Approx(0.5 + 0.025 * (b - a)));
  CHECK(w[1] == doctest::Approx(0.5 - 0.025 * (b - a)));

  // Two steps: the second adds half of the first's velocity.
  const auto twice =
      method_named("sdmgrad", {{"lambda", 0.0}, {"learning_rate", 0.1}, {"n", Index{2}}});
  w = weigh_cross(*twice, {0.4, 0, 0, 1.6}, 2);
  const double x = 0.5 + 0.025 * (b - a);
  const double first = x - 0.1 * (a * 0.25 + a * x);
  const double second = 1.0 - x - 0.1 * (b * 0.25 + b * (1.0 - x));
  CHECK(w[0] == doctest::Approx((1.0 + first - second) / 2.0));
}

TEST_CASE("sdmgrad's weights are pulled to the mean by lambda") {
  // Task 2 is far longer: w = (1, 0), and d's weights are (w + lambda / 2) / (1 + lambda).
  for (const double lambda : {0.0, 0.3, 5.0}) {
    const auto method = method_named("sdmgrad", {{"lambda", lambda}});
    const auto w = weigh_cross(*method, {1, 0, 0, 1e6}, 2);
    CHECK(w[0] == doctest::Approx((1.0 + lambda / 2.0) / (1.0 + lambda)).epsilon(1e-4));
    CHECK(w[0] + w[1] == doctest::Approx(1.0));
  }
}

TEST_CASE("sdmgrad with lambda = 0 comes to mgda's weights, with lambda to its own minimum") {
  RandomStream random(172, "rows");
  const auto mgda = method_named("mgda");
  for (const std::size_t tasks : {2U, 3U, 6U}) {
    const Rows rows = random_rows(random, tasks, 2 * tasks, 2 * tasks);
    const auto gram = gram_of(rows);
    const auto method =
        method_named("sdmgrad", {{"lambda", 0.0}, {"learning_rate", 0.02}, {"n", Index{10000}}});
    check_weights(weigh_cross(*method, gram, tasks), solve_rows(*mgda, rows).weights, 1e-5);
    // lambda: min over w of |J'w + lambda g0|^2, the same with rows moved by lambda g0.
    const auto pulled =
        method_named("sdmgrad", {{"lambda", 0.5}, {"learning_rate", 0.02}, {"n", Index{10000}}});
    const double share = 1.0 / static_cast<double>(tasks);
    Rows moved = rows;
    const auto mean = direction(rows, std::vector<double>(tasks, share));
    for (auto& row : moved) {
      for (std::size_t k = 0; k < mean.size(); ++k) row[k] += 0.5 * mean[k];
    }
    auto wanted = solve_rows(*mgda, moved).weights;
    for (double& weight : wanted) weight = (weight + 0.5 * share) / 1.5;
    check_weights(weigh_cross(*pulled, gram, tasks), wanted, 1e-5);
  }
}

TEST_CASE("sdmgrad does not mind the gradients' scale") {
  const auto small = method_named("sdmgrad");
  const auto large = method_named("sdmgrad");
  check_weights(weigh_cross(*small, {1e-20, 2e-21, 4e-21, 3e-20}, 2),
                weigh_cross(*large, {1e20, 2e19, 4e19, 3e20}, 2), 1e-12);
  // No diagonal element is positive: sizes come from all of A.
  for (const double scale : {1e-20, 1.0, 1e30}) {
    const auto w = weigh_cross(*method_named("sdmgrad"), {-scale, 0, 0, -2 * scale}, 2);
    CHECK(w[1] > w[0]);
  }
}

TEST_CASE("sdmgrad keeps its weights on the simplex and its state") {
  check_simplex("sdmgrad");
  check_state("sdmgrad");
}
