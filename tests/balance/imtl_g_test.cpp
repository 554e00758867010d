#include "balance/gram_properties.hpp"
#include "balance/solve/linear_solve.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

// The closed form of the paper on the vectors: (w_2, ...) = g_1 U' (D U')^-1, rows of U u_1 - u_t,
// rows of D g_1 - g_t.
std::vector<double> closed_form(const Rows& rows) {
  const std::size_t n = rows.size() - 1;
  Rows u;
  Rows d;
  for (std::size_t t = 1; t < rows.size(); ++t) {
    u.push_back(rows[0]);
    d.push_back(rows[0]);
    for (std::size_t k = 0; k < rows[0].size(); ++k) {
      u.back()[k] = rows[0][k] / length(rows[0]) - rows[t][k] / length(rows[t]);
      d.back()[k] -= rows[t][k];
    }
  }
  const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  std::vector<double> matrix;  // U D', since w (D U') = g_1 U'
  std::vector<double> right;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) matrix.push_back(dot(u[i], d[j]));
    right.push_back(dot(rows[0], u[i]));
  }
  solve::Lu lu;
  REQUIRE(lu.factor(matrix, n));
  lu.solve(right);
  right.insert(right.begin(), 1.0 - std::accumulate(right.begin(), right.end(), 0.0));
  return right;
}

}  // namespace

TEST_CASE("imtl_g gives the published weights") {
  check_published("imtl_g", {}, {0.0767, 1, 1}, 1.0, {0.5923, 0.4077});
}

TEST_CASE("imtl_g has equal projections and weights of sum 1") {
  const auto method = method_named("imtl_g");
  int negative = 0;
  for_random_rows(111, true, [&](const Rows& rows) {
    const Solved solved = solve_rows(*method, rows);
    CHECK(solved.fallback.empty());
    const auto gram = gram_of(rows);
    const auto& w = solved.weights;
    double absolute = 0.0;
    for (const double weight : w) absolute += std::abs(weight);
    CHECK(std::abs(std::accumulate(w.begin(), w.end(), 0.0) - 1.0) <= 1e-12 * absolute);
    const double first = gram::product(gram, 0, w) / length(rows[0]);
    for (std::size_t t = 1; t < rows.size(); ++t) {
      CHECK(std::abs(gram::product(gram, t, w) / length(rows[t]) - first) <=
            1e-9 * size_of(rows, w));
    }
    negative += *std::ranges::min_element(w) < 0.0 ? 1 : 0;
  });
  CHECK(negative > 0);
}

TEST_CASE("imtl_g is the paper's closed form") {
  const auto method = method_named("imtl_g");
  RandomStream random(112, "rows");
  for (std::size_t tasks = 2; tasks <= 8; ++tasks) {
    const Rows rows = random_rows(random, tasks, 3 * tasks, 3 * tasks);
    check_weights(solve_rows(*method, rows).weights, closed_form(rows), 1e-8);
  }
}

TEST_CASE("imtl_g of pairs weighs by the other's length") {
  const auto method = method_named("imtl_g");
  check_weights(solve_rows(*method, {{1, 0}, {0, 3}}).weights, {0.75, 0.25}, 1e-14);
  CHECK(solve_rows(*method, {{3, -4}}).weights[0] == doctest::Approx(1.0));
}

TEST_CASE("imtl_g where the gradients are dependent") {
  const auto method = method_named("imtl_g");
  // One of them twice: their bisector still has equal projections, and v = G+ |g| finds it.
  const Rows fan = {{2, 1}, {2, -1}, {2, 1}};
  const Solved least = solve_rows(*method, fan);
  CHECK(least.fallback.empty());
  const auto d = direction(fan, least.weights);
  CHECK(std::abs(d[1]) < 1e-12);
  CHECK(std::accumulate(least.weights.begin(), least.weights.end(), 0.0) == doctest::Approx(1.0));

  const Rows opposite = {{1, 0}, {-3, 0}};
  const Solved still = solve_rows(*method, opposite);
  CHECK_FALSE(still.fallback.empty());
  check_weights(still.weights, {0.75, 0.25}, 1e-12);

  // Nearly so: still the bisector, of length that vanishes with the angle.
  const Rows nearly = {{1, 1e-7}, {-3, 3e-7}};
  const Solved bisector = solve_rows(*method, nearly);
  CHECK(bisector.fallback.empty());
  check_weights(bisector.weights, {0.75, 0.25}, 1e-12);

  // sum |g_t| g_t = 0: |g| is orthogonal to all that G maps to.
  const double half = std::sqrt(0.5);
  const Solved hidden = solve_rows(*method, {{1, 0}, {-half, 0}, {-half, 0}});
  CHECK_FALSE(hidden.fallback.empty());
  CHECK(hidden.weights[0] == doctest::Approx(half / (1.0 + half)));
}

TEST_CASE("imtl_g climbs where its formula does") {
  const auto method = method_named("imtl_g");
  // The short third gradient lies between the others: its weight is negative and by far the
  // largest, so that scaling to sum 1 turns the direction around.
  const Rows rows = {{1, 0, 0}, {0.6, 0.8, 0}, {0.09, 0.043, 0.002}};
  const auto w = solve_rows(*method, rows).weights;
  check_weights(w, closed_form(rows), 1e-6);
  CHECK(gram::product(gram_of(rows), 0, w) < 0.0);
}

TEST_CASE("imtl_g where the weights of equal projections add up to zero") {
  // Cosines C_12 = p and C_13 = C_23 = q with q = (2 + p) / 3 make C (1, 1, -1)' = c (1, 1, 1)'; a
  // third gradient of length 1/2 makes v = (1, 1, -2).
  const double p = -0.25;
  const double q = (2.0 + p) / 3.0;
  const std::vector<double> gram = {1, p, q / 2, p, 1, q / 2, q / 2, q / 2, 0.25};
  std::vector<double> w(3);
  std::string fallback;
  method_named("imtl_g")->weigh({.gram = gram, .fallback = &fallback}, w);
  CHECK_FALSE(fallback.empty());
  check_weights(w, {0.25, 0.25, -0.5}, 1e-9);
  const double projection = gram::product(gram, 0, w);
  CHECK(projection > 0.0);
  CHECK(gram::product(gram, 2, w) / 0.5 == doctest::Approx(projection));
}

TEST_CASE("imtl_g has the properties of its kind") {
  check_finite("imtl_g");
  check_zero_rows("imtl_g");
  check_permutation("imtl_g");
  check_scaling("imtl_g", 0.0);
  CHECK(method_named("imtl_g")->layerwise());
}
