#include <limits>

#include "balance/gram_properties.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

// By duality: d lies in the ball, and its least <g_t, d> is what no direction of the ball exceeds,
// <g_w, g0> + c |g0| |g_w| for the w on the simplex that d shows.
void check_best(Balancer& method, const Rows& rows, double c) {
  const std::size_t tasks = rows.size();
  const auto weights = solve_rows(method, rows).weights;
  const auto gram = gram_of(rows);
  const double share = 1.0 / static_cast<double>(tasks);
  const std::vector<double> mean(tasks, share);
  const double radius = c * gram::norm(gram, mean);
  std::vector<double> w(tasks);
  double sum = 0.0;
  for (std::size_t t = 0; t < tasks; ++t) sum += w[t] = weights[t] - share;
  REQUIRE(sum > 0.0);
  const double size = size_of(rows, weights);
  double bound = 0.0;
  double least = std::numeric_limits<double>::infinity();
  double longest = 0.0;
  for (std::size_t t = 0; t < tasks; ++t) {
    CHECK(w[t] >= -1e-12 * sum);
    w[t] /= sum;
    bound += w[t] * gram::product(gram, t, mean);
    least = std::min(least, gram::product(gram, t, weights));
    longest = std::max(longest, length(rows[t]));
  }
  bound += radius * gram::norm(gram, w);
  CHECK(std::abs(least - bound) <= 1e-7 * size * longest);
  CHECK(gram::norm(gram, w) * sum == doctest::Approx(radius).epsilon(1e-6));
}

}  // namespace

TEST_CASE("cagrad gives the published weights") {
  check_published("cagrad", {{"c", 0.5}, {"rescale", Index{0}}}, {0.1835, 1.2041, 1.2041}, 1.0,
                  {0.7041, 0.5});
  check_published("cagrad", {{"c", 0.5}}, {0.1835, 1.2041, 1.2041}, 1.25);
  check_published("cagrad", {{"c", 0.5}, {"rescale", Index{2}}}, {0.1835, 1.2041, 1.2041}, 1.5);
}

TEST_CASE("cagrad is the mean for c = 0 and turns into mgda for large c") {
  const auto mean = method_named("cagrad", {{"c", 0.0}});
  const auto large = method_named("cagrad", {{"c", 1e7}, {"rescale", Index{0}}});
  const auto mgda = method_named("mgda");
  RandomStream random(81, "rows");
  for (const std::size_t tasks : {2U, 3U, 8U}) {
    const Rows rows = random_rows(random, tasks, 2 * tasks, 2 * tasks);
    CHECK(solve_rows(*mean, rows).weights ==
          std::vector<double>(tasks, 1.0 / static_cast<double>(tasks)));
    auto d = direction(rows, solve_rows(*large, rows).weights);
    auto wanted = direction(rows, solve_rows(*mgda, rows).weights);
    const double ratio = length(d) / length(wanted);
    for (double& x : d) x /= ratio;
    for (std::size_t k = 0; k < d.size(); ++k) CHECK(std::abs(d[k] - wanted[k]) < 1e-5);
  }
}

TEST_CASE("cagrad finds the best direction of the ball") {
  for (const double c : {0.05, 0.4, 0.9, 1.5}) {
    const auto method = method_named("cagrad", {{"c", c}, {"rescale", Index{0}}});
    CAPTURE(c);
    for_random_rows(82, true, [&](const Rows& rows) { check_best(*method, rows, c); });
  }
}

TEST_CASE("cagrad is best at low rank too, where the hull does not hold zero") {
  for (const double c : {0.4, 0.9}) {
    const auto method = method_named("cagrad", {{"c", c}, {"rescale", Index{0}}});
    RandomStream random(83, "rows");
    for (std::size_t tasks = 3; tasks <= 20; ++tasks) {
      Rows rows = random_rows(random, tasks, 3, 3);
      for (auto& row : rows) row[0] = 1.0;
      check_best(*method, rows, c);
    }
  }
}

TEST_CASE("cagrad with c of 1 and more is in conflict with no task") {
  check_non_conflicting("cagrad", {{"c", 1.0}}, 1e-7);
  check_non_conflicting("cagrad", {{"c", 2.0}}, 1e-7);
}

TEST_CASE("cagrad of gradients that cancel") {
  const auto method = method_named("cagrad", {{"c", 1.5}});
  const Rows stationary = {{1, 0}, {-2, 0}, {0, 1}};
  const Solved solved = solve_rows(*method, stationary);
  CHECK_FALSE(solved.fallback.empty());
  const auto d = direction(stationary, solved.weights);
  CHECK(std::abs(d[0]) < 1e-12);
  CHECK(d[1] > 0.1);  // the third task is in no conflict
  // The mean itself is zero.
  CHECK(length(direction({{1, 2}, {-1, -2}}, solve_rows(*method, {{1, 2}, {-1, -2}}).weights)) <
        1e-12);
  // c < 1 and opposite gradients: the ball does not reach zero, the longer one decides.
  const auto small = method_named("cagrad", {{"c", 0.5}, {"rescale", Index{0}}});
  const Solved opposite = solve_rows(*small, {{1, 0}, {-2, 0}});
  CHECK(opposite.fallback.empty());
  CHECK(direction({{1, 0}, {-2, 0}}, opposite.weights)[0] == doctest::Approx(-0.25));
}

TEST_CASE("cagrad of one task is longer by 1 + c") {
  const auto method = method_named("cagrad", {{"c", 0.5}, {"rescale", Index{0}}});
  CHECK(solve_rows(*method, {{3, -4}}).weights[0] == doctest::Approx(1.5));
}

TEST_CASE("cagrad has the properties of its kind") {
  for (const double c : {0.4, 1.5}) {
    check_finite("cagrad", {{"c", c}});
    check_zero_rows("cagrad", {{"c", c}});
    check_permutation("cagrad", {{"c", c}});
    check_scaling("cagrad", 0.0, {{"c", c}});
  }
  CHECK(method_named("cagrad")->layerwise());
}
