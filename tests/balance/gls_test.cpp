#include "balance/steps.hpp"

using namespace espalier;
using test::Steps;

TEST_CASE("gls weighs by the geometric mean's derivatives") {
  // sqrt(2 * 8) = 4: w = 4 / (2 * 2), 4 / (2 * 8)
  test::check_near(Steps("gls").weigh({2, 8}).weights, {1, 0.25});
  // cbrt(1 * 8 * 27) = 6: w = 6/3, 6/24, 6/81
  test::check_near(Steps("gls").weigh({1, 8, 27}).weights, {2, 0.25, 6 / 81.0});
  const std::vector<double> losses = {0.3, 2.5, 0.8, 11};
  const auto weights = Steps("gls").weigh(losses).weights;
  const auto mean = [](const std::vector<double>& l) {
    return std::pow(l[0] * l[1] * l[2] * l[3], 0.25);
  };
  for (std::size_t i = 0; i < 4; ++i) {
    auto more = losses, less = losses;
    more[i] += 1e-5;
    less[i] -= 1e-5;
    CHECK(weights[i] == doctest::Approx((mean(more) - mean(less)) / 2e-5).epsilon(1e-6));
  }
}

TEST_CASE("gls of one task is the task") {
  CHECK(Steps("gls").weigh({7}).weights == std::vector<double>{1});
  CHECK(Steps("gls", {}, 3).weigh({7}, {1}).weights == std::vector<double>{1});
}

TEST_CASE("gls takes losses whose product is no number") {
  const std::vector<double> losses(40, 1e-12);
  test::check_near(Steps("gls").weigh(losses).weights, std::vector<double>(40, 1 / 40.0));
  test::check_finite("gls");
}

TEST_CASE("gls leaves losses without logarithm out of the mean") {
  const auto out = Steps("gls").weigh({2, 0, 8});
  test::check_near(out.weights, {1, 1, 0.25});
  CHECK(out.fallback.find("not above zero") != std::string::npos);
  CHECK(Steps("gls").weigh({-1}).weights == std::vector<double>{1});
  CHECK(Steps("gls").weigh({2, 8}).fallback.empty());
}
