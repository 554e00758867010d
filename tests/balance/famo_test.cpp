#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Steps;

TEST_CASE("famo starts with weights as 1 / L that add up to 1") {
  Steps famo("famo", {}, 2);
  CHECK(famo.method->needs().losses_after_update);
  test::check_near(famo.weigh({1, 3}).weights, {0.75, 0.25}, 1e-7);
}

TEST_CASE("famo weighs a task less after its loss fell faster") {
  Steps famo("famo", {{"gamma", 0.0}}, 2);
  famo.weigh({1, 3});
  famo.after({0.5, 3});
  // Adam's first step: xi = -0.025, 0.025. At equal losses w = softmax(xi).
  const double e = std::exp(0.05);
  test::check_near(famo.weigh({2, 2}).weights, {1 / (1 + e), e / (1 + e)}, 1e-6);
}

TEST_CASE("famo follows its equations") {
  // From the definitions, with the derivative of sum softmax(xi) delta by differences.
  const std::vector<double> minima = {0, -1, 0.5};
  Steps famo("famo", {{"gamma", 0.01}, {"learning_rate", 0.05}, {"min_losses", minima}}, 3);
  RandomStream numbers(3, "famo");
  std::vector<double> xi(3, 0.0), m(3, 0.0), v(3, 0.0);
  const auto softmax = [](const std::vector<double>& x) {
    const double sum = std::exp(x[0]) + std::exp(x[1]) + std::exp(x[2]);
    return std::vector<double>{std::exp(x[0]) / sum, std::exp(x[1]) / sum, std::exp(x[2]) / sum};
  };
  for (int k = 1; k <= 20; ++k) {
    std::vector<double> before(3), after(3), wanted(3), delta(3);
    double sum = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      before[i] = minima[i] + 0.1 + numbers.uniform();
      after[i] = minima[i] + 0.1 + numbers.uniform();
      delta[i] = std::log(before[i] - minima[i] + 1e-8) - std::log(after[i] - minima[i] + 1e-8);
      wanted[i] = softmax(xi)[i] / (before[i] - minima[i] + 1e-8);
      sum += wanted[i];
    }
    for (double& w : wanted) w /= sum;
    test::check_near(famo.weigh(before).weights, wanted, 1e-6);
    famo.after(after);
    const std::vector<double> at = xi;
    for (std::size_t i = 0; i < 3; ++i) {
      auto more = at, less = at;
      more[i] += 1e-5;
      less[i] -= 1e-5;
      const auto up = softmax(more), down = softmax(less);
      double g = 0.01 * at[i];
      for (std::size_t j = 0; j < 3; ++j) g += (up[j] - down[j]) / 2e-5 * delta[j];
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.999 * v[i] + 0.001 * g * g;
      xi[i] -= 0.05 * m[i] / (1 - std::pow(0.9, k)) /
               (std::sqrt(v[i] / (1 - std::pow(0.999, k))) + 1e-8);
    }
  }
}

TEST_CASE("famo's weights do not depend on the units of a loss") {
  Steps plain("famo", {}, 2), scaled("famo", {}, 2);
  for (int k = 1; k < 10; ++k) {
    const auto w = plain.weigh({2.0 / k, 3}).weights;
    const auto u = scaled.weigh({2.0 / k, 3000}).weights;
    CHECK(w[0] / w[1] == doctest::Approx(u[0] / u[1] / 1000).epsilon(1e-5));
    plain.after({1.5 / k, 3});
    scaled.after({1.5 / k, 3000});
  }
}

TEST_CASE("famo moves only once for weights that hold for several steps") {
  Steps famo("famo", {}, 2);
  famo.weigh({1, 3});
  famo.after({0.5, 3});
  const auto once = famo.method->state();
  CHECK(once[0] < 0.0);
  famo.after({0.1, 3});
  CHECK(famo.method->state() == once);
}

TEST_CASE("famo gives losses below their minimum weight 1 and leaves their logits alone") {
  Steps famo("famo", {{"min_losses", std::vector<double>{1, 0, 0}}}, 3);
  const Outcome out = famo.weigh({0.5, 1, 3});
  test::check_near(out.weights, {1, 0.75, 0.25}, 1e-7);
  CHECK(out.fallback.find("min_losses") != std::string::npos);
  famo.after({2, 0.5, 3});
  CHECK(famo.method->state()[0] == 0.0);
  CHECK(famo.method->state()[4] < 0.0);
  // One that falls below it by the update counts as one that did not move.
  famo.weigh({2, 1, 3});
  famo.after({0.5, 1, 3});
  CHECK(test::finite(famo.method->state()));
  CHECK_THROWS_WITH_AS(Steps("famo", {{"min_losses", std::vector<double>{1, 0}}}, 3),
                       "balance.famo.min_losses: expected 3 numbers, one for each task, found 2",
                       ConfigError);
}

TEST_CASE("famo of one task is 1; absent tasks keep their logits") {
  Steps one("famo", {}, 1);
  for (int k = 0; k < 5; ++k) {
    CHECK(one.weigh({3}).weights == std::vector<double>{1});
    one.after({2});
  }
  Steps famo("famo", {}, 3);
  famo.weigh({1, 1, 1});
  famo.after({1, 0.5, 1});
  const double kept = famo.method->state()[4];
  CHECK(kept < 0.0);
  famo.weigh({1, 1}, {0, 2});
  famo.after({0.5, 1}, {0, 2});
  CHECK(famo.method->state()[4] == kept);
}

TEST_CASE("famo resumes and is finite at every scale") {
  test::check_resumes([] { return Steps("famo", {}, 2); },
                      [](Steps& s, int k) {
                        const Outcome out = s.weigh({1.0 / (1 + k), 1.0 + k % 3});
                        s.after({0.9 / (1 + k), 0.3 + k % 2});
                        return out;
                      });
  test::check_finite("famo");
}
