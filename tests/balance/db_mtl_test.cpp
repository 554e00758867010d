#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Rows;
using test::Steps;

TEST_CASE("db_mtl brings the gradients of the logarithms to the length of the longest") {
  Steps method("db_mtl");
  // g / L: (3, 4) of length 5 and (0, 1); B is a tenth of both; w = 1, 5; d = .1 (3, 4 + 5)
  const Outcome out = method.combine({{6, 8}, {0, 3}}, {2, 3});
  test::check_near(out.weights, {1, 5}, 1e-6);
  test::check_near(out.direction, {0.3, 0.9}, 1e-6);
  BalanceConventions conventions;
  method.method->conventions(conventions);
  CHECK(conventions.heads == "log");
}

TEST_CASE("db_mtl follows its equations") {
  const double beta = 0.7, sigma = 0.4;
  Steps method("db_mtl", {{"beta", beta}, {"sigma", sigma}}, 3, 5);
  RandomStream numbers(3, "db_mtl");
  Rows memory(3, std::vector<double>(5, 0.0));
  for (int k = 1; k <= 20; ++k) {
    const Rows rows = test::random_rows(numbers, 3, 5, 5);
    std::vector<double> losses(3), length(3), weights(3);
    for (std::size_t i = 0; i < 3; ++i) {
      losses[i] = std::exp(numbers.normal());
      for (std::size_t c = 0; c < 5; ++c) {
        const double g = rows[i][c] / losses[i];
        memory[i][c] = g + beta / std::pow(k, sigma) * (memory[i][c] - g);
      }
      length[i] = std::sqrt(test::gram_of({memory[i]})[0]);
    }
    for (std::size_t i = 0; i < 3; ++i) {
      weights[i] = std::max({length[0], length[1], length[2]}) / length[i];
    }
    const Outcome out = method.combine(rows, losses);
    test::check_near(out.weights, weights, 1e-5);
    const auto wanted = test::direction(memory, weights);
    for (std::size_t c = 0; c < 5; ++c) {
      CHECK(out.direction[c] == doctest::Approx(wanted[c]).epsilon(1e-5).scale(1.0));
    }
  }
}

TEST_CASE("db_mtl does not depend on the units of a loss") {
  Steps plain("db_mtl"), scaled("db_mtl");
  for (const double x : {1.0, 0.5, 2.0}) {
    const auto wanted = plain.combine({{x, 2}, {1, -x}}, {x, 3}).direction;
    test::check_near(scaled.combine({{x, 2}, {1e-6, -x * 1e-6}}, {x, 3e-6}).direction, wanted,
                     1e-5);
  }
}

TEST_CASE("db_mtl takes zero rows, losses without logarithm and absent tasks") {
  Steps method("db_mtl", {}, 3, 2);
  Outcome out = method.combine({{0, 0}, {3, 4}}, {}, {0, 1});
  test::check_near(out.weights, {0, 1});
  test::check_near(out.direction, {0.3, 0.4}, 1e-6);
  out = method.combine({{2, 0}}, {-1}, {2});  // undivided
  test::check_near(out.direction, {0.2, 0}, 1e-6);
  CHECK(out.fallback.find("not divided") != std::string::npos);
  // Task 1 still has its memory: B = .9 (.3, .4) + .1 (3, 4)
  out = method.combine({{3, 4}}, {}, {1});
  test::check_near(out.direction, {0.57, 0.76}, 1e-6);
  test::check_near(out.weights, {1});
}

TEST_CASE("db_mtl resumes and is finite at every scale") {
  const auto go = [](Steps& s, int k) {
    return s.combine({{1.0 + k, 2}, {1.0, -1.0 - k % 3}}, {1.0 / (1 + k), 1});
  };
  test::check_resumes([] { return Steps("db_mtl", {{"sigma", 0.5}}, 2, 2); }, go);
  test::check_finite("db_mtl", {}, true);
}
