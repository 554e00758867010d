#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Rows;
using test::Steps;

TEST_CASE("excess weighs equally at first, then by how little the gradient shrank") {
  Steps method("excess", {{"eta", 0.5}}, 2, 2);
  Outcome out = method.combine({{3, 4}, {0, 1}});
  CHECK(out.weights == std::vector<double>{1, 1});
  test::check_near(out.direction, {3, 5}, 1e-6);
  // e(0) = 3 + 4, 1. Then S = (18, 32), (0, 1.25): e = 9 / sqrt 18 + 16 / sqrt 32, 0.25 / sqrt 1.25
  out = method.combine({{3, 4}, {0, 0.5}});
  const double a = std::exp(0.5 * (9 / std::sqrt(18.0) + 16 / std::sqrt(32.0)) / 7);
  const double b = std::exp(0.5 * 0.25 / std::sqrt(1.25));
  test::check_near(out.weights, {2 * a / (a + b), 2 * b / (a + b)}, 1e-6);
  CHECK(out.weights[0] > 1.0);
}

TEST_CASE("excess follows its equations") {
  const double eta = 0.3;
  Steps method("excess", {{"eta", eta}, {"warmup", Index{3}}}, 3, 4);
  RandomStream numbers(3, "excess");
  Rows squares(3, std::vector<double>(4, 0.0));
  std::vector<double> w(3, 1.0), first(3, 0.0);
  for (int k = 1; k <= 15; ++k) {
    const Rows rows = test::random_rows(numbers, 3, 4, 4);
    for (std::size_t i = 0; i < 3; ++i) {
      double excess = 0.0;
      for (std::size_t c = 0; c < 4; ++c) {
        squares[i][c] += rows[i][c] * rows[i][c];
        excess += rows[i][c] * rows[i][c] / std::sqrt(squares[i][c] + 1e-7);
      }
      if (k <= 3) {
        first[i] += excess / 3;
      } else {
        w[i] *= std::exp(eta * excess / first[i]);
      }
    }
    const double sum = w[0] + w[1] + w[2];
    for (double& x : w) x *= 3 / sum;
    const Outcome out = method.combine(rows);
    test::check_near(out.weights, w, 1e-5);
    const auto wanted = test::direction(rows, w);
    for (std::size_t c = 0; c < 4; ++c) {
      CHECK(out.direction[c] == doctest::Approx(wanted[c]).epsilon(1e-5).scale(1.0));
    }
  }
}

TEST_CASE("excess of one task is its gradient; absent tasks keep their weights") {
  Steps one("excess", {}, 1, 2);
  for (int k = 0; k < 4; ++k) {
    CHECK(one.combine({{1, 2}}).weights == std::vector<double>{1});
    CHECK(one.combine({{1, 2}}).direction == std::vector<double>{1, 2});
  }
  Steps method("excess", {{"eta", 0.5}}, 3, 2);
  const Rows rows = {{3, 4}, {0, 1}, {1, 1}};
  method.combine(rows);
  method.combine(rows);
  const double kept = method.method->state()[3];
  CHECK(kept > 0.0);
  method.combine({rows[0], rows[2]}, {}, {0, 2});
  CHECK(method.method->state()[3] == kept);
}

TEST_CASE("excess waits for a gradient that is not zero to compare with") {
  Steps method("excess", {{"eta", 0.5}}, 2, 2);
  method.combine({{0, 0}, {0, 1}});
  const Outcome second = method.combine({{3, 4}, {0, 1}});  // task 0: e(0) = 7
  CHECK(second.weights[0] < 1.0);
  CHECK(method.method->state()[1] == doctest::Approx(7.0));
}

TEST_CASE("excess stays finite where weights run away") {
  Steps method("excess", {{"eta", 1e6}}, 2, 1);
  for (int k = 0; k < 20; ++k) {
    const Outcome out = method.combine({{1}, {k == 0 ? 1e-6 : 1.0}});
    CHECK(out.weights[0] + out.weights[1] == doctest::Approx(2.0));
    CHECK(test::finite(method.method->state()));
  }
  test::check_finite("excess", {}, true);
}

TEST_CASE("excess resumes") {
  test::check_resumes([] { return Steps("excess", {}, 2, 2); },
                      [](Steps& s, int k) {
                        return s.combine({{1.0 + k, 2}, {1.0, -1.0 - k % 3}});
                      });
}
