#include "balance/gram_properties.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / (length(a) * length(b));
}

std::vector<double> weigh(Balancer& method, const Rows& rows, BalanceStep step = {},
                          std::uint64_t seed = 1) {
  const std::vector<double> gram = gram_of(rows);
  RandomStream random(seed, "balance/gradvac");
  step.gram = gram;
  step.random = &random;
  std::vector<double> weights(rows.size(), -7.0);
  method.weigh(step, weights);
  return weights;
}

}  // namespace

TEST_CASE("gradvac begins as pcgrad") {
  check_published("gradvac", {}, {0.5848, 3.8012, 3.8012}, 1.0, {2.2222, 1.5789});
  RandomStream numbers(3, "rows");
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Rows rows = random_rows(numbers, 2 + seed % 5, 6, 6);
    const auto gradvac = method_named("gradvac");
    const auto pcgrad = method_named("pcgrad");
    // Each pair (i, j) is looked at once in a step, so all goals are still 0 when they are used.
    check_weights(weigh(*gradvac, rows, {}, seed), weigh(*pcgrad, rows, {}, seed), 1e-10);
  }
}

TEST_CASE("gradvac turns the gradient until the cosine is its running mean") {
  const auto method = method_named("gradvac", {{"beta", 1.0}});
  const Rows friendly = {{1, 0.5}, {1, -0.5}};  // cosine 0.6
  CHECK(weigh(*method, friendly) == std::vector<double>{1, 1});
  const Rows apart = {{2, 0}, {0, 3}};
  const auto w = weigh(*method, apart);
  // Both turn towards the other: p_1 = g_1 + (w_2 - 1) g_2, p_2 = g_2 + (w_1 - 1) g_1.
  CHECK(cosine({2, 3 * (w[1] - 1.0)}, apart[1]) == doctest::Approx(0.6));
  CHECK(cosine({2 * (w[0] - 1.0), 3}, apart[0]) == doctest::Approx(0.6));
  CHECK(method->state() == std::vector<double>{2, 0, 0, 0, 0});  // beta = 1: the last cosine
}

TEST_CASE("gradvac's goals are running means, for each layer and pair") {
  const auto method = method_named("gradvac", {{"beta", 0.25}});
  const Rows rows = {{1, 0.5}, {1, -0.5}};
  method->begin({.tasks = 3, .blocks = 2});
  const std::vector<std::size_t> tasks = {2, 0};
  weigh(*method, rows, {.tasks = tasks, .all_tasks = 3, .block = 1});
  std::vector<double> wanted(19, 0.0);
  wanted[0] = 3;
  wanted[1 + 9 + 2 * 3 + 0] = wanted[1 + 9 + 0 * 3 + 2] = 0.15;  // 0.25 of 0.6
  check_weights(method->state(), wanted, 1e-14);
  weigh(*method, rows, {.tasks = tasks, .all_tasks = 3, .block = 1});
  wanted[1 + 9 + 2 * 3 + 0] = wanted[1 + 9 + 0 * 3 + 2] = 0.2625;  // 0.75 of it and 0.15
  check_weights(method->state(), wanted, 1e-14);
}

TEST_CASE("gradvac resumes bit for bit") {
  RandomStream numbers(4, "rows");
  const auto straight = method_named("gradvac", {{"beta", 0.3}});
  for (std::uint64_t k = 0; k < 4; ++k) weigh(*straight, random_rows(numbers, 4, 6, 6), {}, k);
  const auto resumed = method_named("gradvac", {{"beta", 0.3}});
  resumed->begin({.tasks = 4});
  resumed->restore(straight->state());
  for (std::uint64_t k = 0; k < 4; ++k) {
    const Rows rows = random_rows(numbers, 4, 6, 6);
    CHECK(weigh(*resumed, rows, {}, k) == weigh(*straight, rows, {}, k));
    CHECK(resumed->state() == straight->state());
  }
}

TEST_CASE("gradvac stays finite") {
  for (const double beta : {0.01, 0.5, 1.0}) {
    const auto method = method_named("gradvac", {{"beta", beta}});
    for_random_rows(71, false, [&](const Rows& rows) {
      Rows more = rows;
      more.push_back(rows[0]);  // cosine 1
      for (double& x : more[1]) x = -more[0][static_cast<std::size_t>(&x - more[1].data())];
      more.push_back(std::vector<double>(rows[0].size(), 0.0));
      for (const double weight : weigh(*method, more)) CHECK(std::isfinite(weight));
      for (const double weight : weigh(*method, rows)) CHECK(std::isfinite(weight));
      for (const double goal : method->state()) CHECK(std::isfinite(goal));
    });
  }
}

TEST_CASE("gradvac of goals that were 1 does not leap without bound") {
  const auto method = method_named("gradvac", {{"beta", 1.0}});
  weigh(*method, {{1, 1}, {2, 2}});
  const auto w = weigh(*method, {{1, 0}, {0, 1}});
  CHECK(w[0] > 100.0);
  CHECK(w[0] < 1e5);
}

TEST_CASE("gradvac of one task, of zero rows, of opposite tasks") {
  const auto method = method_named("gradvac");
  CHECK(weigh(*method, {{3, -4}}) == std::vector<double>{1});
  CHECK(weigh(*method, {{0, 0}, {1, 2}, {2, 1}}) == std::vector<double>{0, 1, 1});
  const Rows opposite = {{1, 2}, {-1, -2}};
  CHECK(length(direction(opposite, weigh(*method_named("gradvac"), opposite))) < 1e-12);
}

TEST_CASE("gradvac wants layers of its own") {
  BalanceConventions conventions;
  const auto method = method_named("gradvac");
  method->conventions(conventions);
  CHECK(conventions.gram == "per_layer");
  CHECK(conventions.heads == "plain");
  CHECK(method->layerwise());
  CHECK(method->needs().gram);
}
