#include "balance/gram_properties.hpp"

using namespace espalier;
using namespace espalier::test;

TEST_CASE("upgrad gives the published weights") {
  check_published("upgrad", {}, {0.2929, 1.9004, 1.9004}, 1.0, {1.1109, 0.7894});
}

TEST_CASE("upgrad of two tasks is half of pcgrad") {
  const auto upgrad = method_named("upgrad", {{"epsilon", 0.0}});
  const auto pcgrad = method_named("pcgrad");
  RandomStream random(141, "rows");
  for (int trial = 0; trial < 50; ++trial) {
    const Rows rows = scaled_apart(random_rows(random, 2, 3, 3), random, 4.0);
    const auto wanted = solve_rows(*pcgrad, rows).weights;
    const auto found = solve_rows(*upgrad, rows).weights;
    for (std::size_t t = 0; t < 2; ++t) CHECK(found[t] == doctest::Approx(wanted[t] / 2.0));
  }
}

TEST_CASE("upgrad is the mean where tasks agree, and of one task the task") {
  const auto method = method_named("upgrad");
  check_weights(solve_rows(*method, {{1, 0, 2}, {3, 1, 0}, {0, 0, 1}}).weights,
                std::vector<double>(3, 1.0 / 3.0), 1e-14);
  CHECK(solve_rows(*method, {{3, -4}}).weights == std::vector<double>{1});
}

TEST_CASE("upgrad of three tasks by hand") {
  const Rows rows = {{1, 0, 0}, {0, 1, 0}, {-1, -2, 1}};
  const auto method = method_named("upgrad", {{"epsilon", 0.0}});
  const auto d = direction(rows, solve_rows(*method, rows).weights);
  // p_1 = g_1 + a g_2 + b g_3 orthogonal to g_2 and g_3: a = 2 b, 6 b = 1 + 2 a: (1/2, 0, 1/2)
  // p_2 = g_2 + a g_1 + b g_3 orthogonal to g_1 and g_3: a = b, 6 b = 2 + a: (0, 1/5, 2/5)
  // p_3 = g_3 + g_1 + 2 g_2: (0, 0, 1)
  check_weights(d, {0.5 / 3.0, 0.2 / 3.0, 1.9 / 3.0}, 1e-12);
}

TEST_CASE("upgrad is in conflict with no task, exactly or up to epsilon") {
  check_non_conflicting("upgrad", {{"epsilon", 0.0}});
  const auto method = method_named("upgrad");
  for_random_rows(143, false, [&](const Rows& rows) {  // (G + epsilon trace G) w >= 0
    const auto w = solve_rows(*method, rows).weights;
    const auto gram = gram_of(rows);
    for (std::size_t t = 0; t < rows.size(); ++t) {
      const double allowed = 1e-4 * gram::trace(gram, rows.size()) * w[t];
      CHECK(gram::product(gram, t, w) >= -1.0001 * allowed);
    }
  });
}

TEST_CASE("upgrad is linear in the gradients' lengths") {
  const auto method = method_named("upgrad", {{"epsilon", 0.0}});
  RandomStream random(142, "rows");
  for (const std::size_t tasks : {2U, 3U, 7U, 12U}) {
    const Rows rows = random_rows(random, tasks, 2 * tasks, 2 * tasks);
    const auto at = [&](const std::vector<double>& lengths) {
      Rows longer = rows;
      for (std::size_t t = 0; t < tasks; ++t) {
        for (double& x : longer[t]) x *= lengths[t];
      }
      return direction(longer, solve_rows(*method, longer).weights);
    };
    std::vector<double> a(tasks);
    std::vector<double> b(tasks);
    std::vector<double> both(tasks);
    for (std::size_t t = 0; t < tasks; ++t) {
      a[t] = 0.01 + random.uniform();
      b[t] = 100.0 * random.uniform();
      both[t] = 2.0 * a[t] + 3.0 * b[t];
    }
    const auto at_a = at(a);
    const auto at_b = at(b);
    const auto at_both = at(both);
    for (std::size_t k = 0; k < at_a.size(); ++k) {
      CHECK(std::abs(at_both[k] - 2.0 * at_a[k] - 3.0 * at_b[k]) < 1e-9 * length(at_both));
    }
  }
}

TEST_CASE("upgrad has the properties of its kind") {
  for (const double epsilon : {0.0, 1e-4}) {
    check_finite("upgrad", {{"epsilon", epsilon}});
    check_zero_rows("upgrad", {{"epsilon", epsilon}});
    check_permutation("upgrad", {{"epsilon", epsilon}});
    check_scaling("upgrad", 0.0, {{"epsilon", epsilon}});
  }
  CHECK(method_named("upgrad")->layerwise());
}
