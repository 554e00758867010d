#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Rows;
using test::Steps;

TEST_CASE("graddrop keeps everything where the signs agree") {
  Steps method("graddrop");
  const Rows rows = {{1, -2, 0, 3}, {4, -1, 0, 0}};
  for (int k = 0; k < 50; ++k) {
    CHECK(method.combine(rows).direction == std::vector<double>{5, -3, 0, 3});
  }
}

TEST_CASE("graddrop of one task is its gradient") {
  Steps method("graddrop", {}, 3);
  const Outcome out = method.combine({{1, -2, 0}}, {}, {1});
  CHECK(out.direction == std::vector<double>{1, -2, 0});
  CHECK(std::isnan(out.weights[0]));
}

// Gradients 3 and -1: P = (1 + 2/4) / 2 = 3/4, so the direction is 3 in 3/4 of the draws, else -1;
// 20000 independent columns, one sigma 0.003.
TEST_CASE("graddrop draws a sign for each parameter by the balance of the gradients") {
  const std::size_t columns = 20000;
  Steps method("graddrop");
  const auto d =
      method.combine({std::vector<double>(columns, 3), std::vector<double>(columns, -1)}).direction;
  const auto positive = std::ranges::count(d, 3.0), negative = std::ranges::count(d, -1.0);
  CHECK(positive + negative == 20000);
  CHECK(std::abs(static_cast<double>(positive) / 20000 - 0.75) < 0.015);
  // Another step draws anew, the same stream draws the same.
  const Rows rows = {std::vector<double>(100, 1), std::vector<double>(100, -1)};
  const std::uint64_t position = method.random.position();
  const auto first = method.combine(rows).direction;
  CHECK(method.combine(rows).direction != first);
  method.random.seek(position);
  CHECK(method.combine(rows).direction == first);
}

TEST_CASE("graddrop leaks a share of what it drops") {
  const Rows rows = {{3}, {-1}};
  int dropped = 0;
  Steps one("graddrop", {{"leak", std::vector<double>{0.25}}}, 2);
  Steps each("graddrop", {{"leak", std::vector<double>{0, 0.5}}}, 2);
  Steps all("graddrop", {{"leak", std::vector<double>{1}}}, 2);
  for (int k = 0; k < 40; ++k) {
    const double d = one.combine(rows).direction[0];  // 3 - 0.25 or -1 + 0.75
    CHECK((d == 2.75 || d == -0.25));
    dropped += d < 0 ? 1 : 0;
    const double e = each.combine(rows).direction[0];  // 3 - 0.5 or -1
    CHECK((e == 2.5 || e == -1));
    CHECK(all.combine(rows).direction[0] == 2);
  }
  CHECK(dropped > 0);
  CHECK(dropped < 40);
  // The leak is the task's, not the row's.
  Steps absent("graddrop", {{"leak", std::vector<double>{1, 0, 0}}}, 3);
  for (int k = 0; k < 40; ++k) {
    CHECK(std::abs(absent.combine({{1}, {-1}}, {}, {1, 2}).direction[0]) == 1);
    CHECK(absent.combine({{2}, {-1}}, {}, {0, 2}).direction[0] >= 1);  // 2, or 2 - 1
  }
  CHECK_THROWS_WITH_AS(Steps("graddrop", {{"leak", std::vector<double>{0, 1}}}, 3),
                       "balance.graddrop.leak: expected 3 numbers, one for each task, found 2",
                       ConfigError);
}

TEST_CASE("graddrop is finite at every scale") {
  test::check_finite("graddrop", {}, true);
  test::check_finite("graddrop", {{"leak", std::vector<double>{0.5}}}, true);
}
