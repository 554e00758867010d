#include "balance/gram_properties.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

const Rows kRows = {{1, 0.2, 0}, {-0.3, 2, 0.1}, {0.5, 0.5, 3}};

std::vector<double> weigh(Balancer& method, const Rows& rows, const std::vector<double>& losses,
                          const std::vector<std::size_t>& tasks = {}, std::size_t all = 0,
                          std::string* fallback = nullptr) {
  const std::vector<double> gram = gram_of(rows);
  std::vector<double> weights(rows.size(), -7.0);
  method.weigh(
      {.losses = losses, .gram = gram, .tasks = tasks, .all_tasks = all, .fallback = fallback},
      weights);
  return weights;
}

}  // namespace

TEST_CASE("imtl begins as imtl_g") {
  const auto imtl = method_named("imtl");
  const auto imtl_g = method_named("imtl_g");
  CHECK(imtl->needs().gram);
  CHECK(imtl->needs().losses);
  CHECK_FALSE(imtl->layerwise());
  check_weights(weigh(*imtl, kRows, {1, 2, 3}), solve_rows(*imtl_g, kRows).weights, 1e-12);
}

TEST_CASE("imtl's scales come to 1 / L and stretch the impartial step") {
  const auto imtl = method_named("imtl", {{"learning_rate", 0.05}});
  const std::vector<double> losses = {0.2, 1.0, 5.0};
  for (int k = 0; k < 2000; ++k) weigh(*imtl, kRows, losses);
  const auto weights = weigh(*imtl, kRows, losses);
  Rows scaled_rows = kRows;
  for (std::size_t t = 0; t < 3; ++t) {
    for (double& x : scaled_rows[t]) x /= losses[t];
  }
  const auto a = solve_rows(*method_named("imtl_g"), scaled_rows).weights;
  for (std::size_t t = 0; t < 3; ++t) {
    CHECK(weights[t] * losses[t] == doctest::Approx(a[t]).epsilon(1e-3));
  }
  const auto gram = gram_of(kRows);  // projections stay equal
  const double first = gram::product(gram, 0, weights) / length(kRows[0]);
  for (std::size_t t = 1; t < 3; ++t) {
    CHECK(gram::product(gram, t, weights) / length(kRows[t]) == doctest::Approx(first));
  }
}

TEST_CASE("imtl's first step moves s by the learning rate, against e^s L - 1") {
  const auto imtl = method_named("imtl", {{"learning_rate", 0.1}});
  weigh(*imtl, {{1, 0}, {0, 1}}, {3.0, 0.5});
  const auto weights = weigh(*imtl, {{1, 0}, {0, 1}}, {3.0, 0.5});
  // Orthonormal rows times e^s: a is proportional to 1 / e^s, so that w_t are equal, and
  // 1 / (sum 1 / e^s).
  const double wanted = 1.0 / (std::exp(0.1) + std::exp(-0.1));
  CHECK(weights[0] == doctest::Approx(wanted));
  CHECK(weights[1] == doctest::Approx(wanted));
}

TEST_CASE("imtl keeps a scale for each task of the experiment") {
  const auto part = method_named("imtl");
  const auto whole = method_named("imtl");
  weigh(*part, kRows, {4, 4, 4});
  weigh(*whole, kRows, {4, 4, 4});
  const auto before = part->state();
  weigh(*part, {kRows[2]}, {0.1}, {2}, 3);
  const auto after = part->state();
  const std::size_t each = before.size() / 3;
  for (std::size_t k = 0; k < before.size(); ++k) {
    if (k < 2 * each) CHECK(after[k] == before[k]);
  }
  CHECK(after != before);
}

TEST_CASE("imtl of a negative loss leaves its scale") {
  const auto imtl = method_named("imtl");
  std::string fallback;
  weigh(*imtl, {{1, 0}, {0, 1}}, {-1.0, 2.0}, {}, 0, &fallback);
  CHECK_FALSE(fallback.empty());
  CHECK(imtl->state()[0] == 0.0);
  for (int k = 0; k < 10000; ++k) weigh(*imtl, {{1, 0}, {0, 1}}, {0.0, 1e300});
  for (const double weight : weigh(*imtl, {{1, 0}, {0, 1}}, {0.0, 1e300})) {
    CHECK(std::isfinite(weight));
  }
}

TEST_CASE("imtl resumes bit for bit") {
  const auto straight = method_named("imtl");
  for (int k = 0; k < 7; ++k) weigh(*straight, kRows, {0.3, 2.0, 1.0 + k});
  const auto resumed = method_named("imtl");
  resumed->begin({.tasks = 3});
  resumed->restore(straight->state());
  for (int k = 0; k < 5; ++k) {
    CHECK(weigh(*resumed, kRows, {3, 2, 1}) == weigh(*straight, kRows, {3, 2, 1}));
  }
  CHECK(resumed->state() == straight->state());
}

TEST_CASE("imtl stays finite") {
  const auto imtl = method_named("imtl");
  for_random_rows(121, false, [&](const Rows& rows) {
    Rows more = rows;
    more.push_back(std::vector<double>(rows[0].size(), 0.0));
    const std::vector<double> losses(more.size(), 0.7);
    for (const double weight : weigh(*imtl, more, losses)) CHECK(std::isfinite(weight));
  });
}
