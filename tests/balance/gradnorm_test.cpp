#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Rows;
using test::Steps;

namespace {

const Rows kRows = {{3, 4}, {0, 1}};  // lengths 5 and 1

}  // namespace

TEST_CASE("gradnorm starts at 1 and evens out the norms") {
  Steps method("gradnorm", {}, 2);
  CHECK(method.weigh({2, 7}, {}, kRows).weights == std::vector<double>{1, 1});
  // mean norm 3, rates 1: signs +, -; Adam's first step is the rate; the sum stays 2
  test::check_near(method.weigh({2, 7}, {}, kRows).weights, {0.975, 1.025}, 1e-7);
}

TEST_CASE("gradnorm's conventions are the paper's") {
  BalanceConventions conventions;
  test::method_named("gradnorm")->conventions(conventions);
  CHECK(conventions.gram == "last_layer");
  CHECK(conventions.heads == "weighted");
}

TEST_CASE("gradnorm follows algorithm 1") {
  const double alpha = 0.7, rate = 0.05;
  Steps method("gradnorm", {{"alpha", alpha}, {"learning_rate", rate}}, 3);
  RandomStream numbers(3, "gradnorm");
  std::vector<double> w(3, 1.0), m(3, 0.0), v(3, 0.0), first(3);
  for (int k = 1; k <= 40; ++k) {
    const Rows rows = test::random_rows(numbers, 3, 5, 5);
    std::vector<double> losses(3), length(3);
    double norms = 0.0, rates = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      losses[i] = std::exp(numbers.normal());
      if (k == 1) first[i] = losses[i];
      length[i] = std::sqrt(test::gram_of({rows[i]})[0]);
      norms += w[i] * length[i] / 3;
      rates += losses[i] / first[i] / 3;
    }
    test::check_near(method.weigh(losses, {}, rows).weights, w, 1e-9);
    for (std::size_t i = 0; i < 3; ++i) {
      const double target = norms * std::pow(losses[i] / first[i] / rates, alpha);
      const double g = w[i] * length[i] > target ? length[i] : -length[i];
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.999 * v[i] + 0.001 * g * g;
      w[i] -= rate * m[i] / (1 - std::pow(0.9, k)) /
              (std::sqrt(v[i] / (1 - std::pow(0.999, k))) + 1e-8);
    }
    const double sum = w[0] + w[1] + w[2];
    for (double& x : w) x *= 3 / sum;
  }
}

TEST_CASE("gradnorm comes to rest where norms are as the training rates") {
  const std::vector<double> initial = {1, 1};
  Steps method("gradnorm", {{"alpha", 1.0}, {"learning_rate", 1e-3}, {"initial", initial}}, 2);
  // rates 1/2 and 3/2: 5 w0 : w1 = 1 : 3 and w0 + w1 = 2, so w0 = 1/8
  for (int k = 0; k < 5000; ++k) method.weigh({1, 3}, {}, kRows);
  test::check_near(method.weigh({1, 3}, {}, kRows).weights, {0.125, 1.875}, 0.02);
}

TEST_CASE("gradnorm leaves equal norms alone, rounding included") {
  // All of length 0.3, but not to the last digit; a full step of Adam would be 0.025.
  Rows rows;
  for (const double angle : {5.5, 4.0, 1.5, 4.5}) {
    rows.push_back({0.3 * std::cos(angle), 0.3 * std::sin(angle)});
  }
  Steps method("gradnorm", {}, 4);
  for (int k = 0; k < 10; ++k) method.weigh({1, 3, 7, 2}, {}, rows);
  test::check_near(method.weigh({1, 3, 7, 2}, {}, rows).weights, {1, 1, 1, 1});
}

TEST_CASE("gradnorm of one task is 1; absent tasks stay, the sum is T") {
  Steps one("gradnorm", {}, 1);
  for (int k = 0; k < 5; ++k) {
    CHECK(one.weigh({1.0 + k}, {}, {{3, 4}}).weights == std::vector<double>{1});
  }
  Steps method("gradnorm", {}, 3);
  for (int k = 0; k < 20; ++k) method.weigh({1, 1}, {0, 2}, kRows);
  const auto w = method.weigh({1, 1, 1}, {}, {{3, 4}, {1, 0}, {0, 1}}).weights;
  CHECK(w[0] + w[1] + w[2] == doctest::Approx(3.0));
  CHECK(w[0] < 1.0);
  CHECK(w[2] > 1.0);
  CHECK(method.weigh({1}, {1}, {{9, 9}}).weights[0] == doctest::Approx(w[1]).epsilon(0.05));
}

TEST_CASE("gradnorm keeps the weight of a task whose loss has no rate") {
  Steps method("gradnorm", {}, 2);
  const Outcome out = method.weigh({0, 1}, {}, kRows);
  CHECK(out.weights == std::vector<double>{1, 1});
  CHECK(out.fallback.find("keeps the weight") != std::string::npos);
  // The first positive loss is L(0).
  method.weigh({4, 1}, {}, kRows);
  CHECK(method.method->state()[8] == 4.0);
  CHECK_THROWS_WITH_AS(Steps("gradnorm", {{"initial", std::vector<double>{1}}}, 2),
                       "balance.gradnorm.initial: expected 2 numbers, one for each task, found 1",
                       ConfigError);
}

TEST_CASE("gradnorm's weights stay positive") {
  Steps method("gradnorm", {{"learning_rate", 0.5}}, 2);
  for (int k = 0; k < 50; ++k) {
    const auto w = method.weigh({1, 1}, {}, {{1e6, 0}, {0, 1}}).weights;
    CHECK(w[0] > 0.0);
    CHECK(w[1] > 0.0);
    CHECK(w[0] + w[1] == doctest::Approx(2.0));
  }
}

TEST_CASE("gradnorm resumes and is finite at every scale") {
  const auto go = [](Steps& s, int k) {
    return s.weigh({1.0 / (1 + k), 1.0 + k % 3}, {}, {{1.0 + k % 2, 2}, {0.5, 1}});
  };
  test::check_resumes([] { return Steps("gradnorm", {}, 2); }, go);
  test::check_resumes([] { return Steps("gradnorm"); }, go);
  test::check_finite("gradnorm");
}
