#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Steps;

// The first step of Adam has length rate / (1 + epsilon / |g|), against the sign of g.
TEST_CASE("imtl_l starts at 1 and moves s against w L - 1") {
  Steps method("imtl_l", {}, 2);
  CHECK(method.weigh({3, 0.25}).weights == std::vector<double>{1, 1});
  // ds = (2, -3/4), so s = (-0.025, 0.025)
  test::check_near(method.weigh({3, 0.25}).weights, {std::exp(-0.025), std::exp(0.025)}, 1e-7);
}

TEST_CASE("imtl_l brings every scaled loss to 1") {
  Steps method("imtl_l", {}, 3);
  for (int k = 0; k < 3000; ++k) method.weigh({4, 0.3, 1});
  test::check_near(method.weigh({4, 0.3, 1}).weights, {0.25, 1 / 0.3, 1}, 1e-3);
}

TEST_CASE("imtl_l minimises exp(s) L - s") {
  // Adam by the textbook, from numeric derivatives
  double s = 0.0, m = 0.0, v = 0.0;
  Steps method("imtl_l", {{"learning_rate", 0.1}}, 1);
  for (int k = 1; k <= 30; ++k) {
    const double loss = 2.0 + std::sin(k);
    CHECK(method.weigh({loss}).weights[0] == doctest::Approx(std::exp(s)).epsilon(1e-7));
    const auto objective = [&](double x) { return std::exp(x) * loss - x; };
    const double g = (objective(s + 1e-4) - objective(s - 1e-4)) / 2e-4;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    s -= 0.1 * m / (1 - std::pow(0.9, k)) / (std::sqrt(v / (1 - std::pow(0.999, k))) + 1e-8);
  }
}

TEST_CASE("imtl_l gives negative losses weight 1 and bounds s for zero losses") {
  Steps method("imtl_l", {{"learning_rate", 10.0}}, 2);
  const Outcome out = method.weigh({-1, 0});
  CHECK(out.weights == std::vector<double>{1, 1});
  CHECK(out.fallback.find("negative") != std::string::npos);
  for (int k = 0; k < 200; ++k) method.weigh({-1, 0});
  CHECK(method.weigh({-1, 0}).weights[1] == doctest::Approx(std::exp(50.0)));
  CHECK(method.weigh({1, 0}).weights[0] == 1.0);
}

TEST_CASE("imtl_l keeps an absent task's s, resumes, and is finite at every scale") {
  Steps method("imtl_l", {}, 3);
  method.weigh({5, 5, 5});
  const double kept = method.method->state()[4];
  CHECK(kept < 0.0);
  for (int k = 0; k < 5; ++k) method.weigh({5, 5}, {0, 2});
  CHECK(method.weigh({5}, {1}).weights[0] == std::exp(kept));
  test::check_resumes([] { return Steps("imtl_l", {}, 2); },
                      [](Steps& s, int k) {
                        return s.weigh({1.0 + k, 0.5});
                      });
  test::check_finite("imtl_l");
}
