#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Steps;

// The first step of Adam has length rate / (1 + epsilon / |g|), against the sign of g.
TEST_CASE("uncertainty starts at 1/2 and moves s against 1/2 - w L") {
  Steps method("uncertainty", {}, 2);
  CHECK(method.weigh({3, 0.25}).weights == std::vector<double>{0.5, 0.5});
  // ds = (1/2 - 3/2, 1/2 - 1/8) = (-1, 3/8), so s = (0.025, -0.025)
  test::check_near(method.weigh({3, 0.25}).weights, {0.5 * std::exp(-0.025), 0.5 * std::exp(0.025)},
                   1e-7);
}

TEST_CASE("uncertainty follows Adam on its own objective") {
  // s by the textbook, from numeric derivatives of 1/2 exp(-s) L + s / 2
  double s = 0.3, m = 0.0, v = 0.0;
  Steps method("uncertainty", {{"learning_rate", 0.1}, {"start", 0.3}}, 1);
  for (int k = 1; k <= 30; ++k) {
    const double loss = 2.0 + std::sin(k);
    CHECK(method.weigh({loss}).weights[0] == doctest::Approx(0.5 * std::exp(-s)).epsilon(1e-7));
    const auto objective = [&](double x) { return 0.5 * std::exp(-x) * loss + 0.5 * x; };
    const double g = (objective(s + 1e-4) - objective(s - 1e-4)) / 2e-4;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    s -= 0.1 * m / (1 - std::pow(0.9, k)) / (std::sqrt(v / (1 - std::pow(0.999, k))) + 1e-8);
  }
}

TEST_CASE("uncertainty rests at 1 / (2 L) in both forms") {
  for (const char* form : {"gaussian", "softmax"}) {
    CAPTURE(form);
    Steps method("uncertainty", {{"form", std::string(form)}}, 2);
    CHECK(method.weigh({4, 0.3}).weights[0] == (form[0] == 'g' ? 0.5 : 1.0));
    for (int k = 0; k < 3000; ++k) method.weigh({4, 0.3});
    test::check_near(method.weigh({4, 0.3}).weights, {1 / 8.0, 1 / 0.6}, 1e-3);
  }
}

TEST_CASE("uncertainty gives negative losses weight 1 and leaves their s alone") {
  Steps method("uncertainty", {}, 2);
  const Outcome out = method.weigh({-1, 2});
  CHECK(out.weights == std::vector<double>{1, 0.5});
  CHECK(out.fallback.find("negative") != std::string::npos);
  const Outcome next = method.weigh({2, 2});
  CHECK(next.weights[0] == 0.5);
  CHECK(next.weights[1] < 0.5);
  CHECK(next.fallback.empty());
}

TEST_CASE("uncertainty bounds s for losses that are exactly zero") {
  Steps method("uncertainty", {{"learning_rate", 10.0}}, 1);
  for (int k = 0; k < 200; ++k) method.weigh({0});
  CHECK(method.weigh({0}).weights[0] == doctest::Approx(0.5 * std::exp(50.0)));
}

TEST_CASE("uncertainty keeps an absent task's s") {
  Steps method("uncertainty", {}, 3);
  method.weigh({5, 5, 5});
  const double kept = method.weigh({5, 5, 5}).weights[1];
  const double next = method.method->state()[4];
  for (int k = 0; k < 5; ++k) method.weigh({5, 5}, {0, 2});
  CHECK(method.method->state()[4] == next);
  CHECK(method.weigh({5}, {1}).weights[0] < kept);
}

TEST_CASE("uncertainty resumes and is finite at every scale") {
  test::check_resumes([] { return Steps("uncertainty", {}, 2); },
                      [](Steps& s, int k) {
                        return s.weigh({1.0 + k, 0.5});
                      });
  // Without begin, too
  test::check_resumes([] { return Steps("uncertainty"); },
                      [](Steps& s, int k) {
                        return s.weigh({1.0 + k, 0.5});
                      });
  test::check_finite("uncertainty");
  test::check_finite("uncertainty", {{"form", std::string("softmax")}});
}
