#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Rows;
using test::Steps;

namespace {

// Projection on the simplex by bisection of the shift.
std::vector<double> projected(const std::vector<double>& x) {
  double low = -1e3, high = 1e3;
  const auto at = [&](double shift) {
    std::vector<double> p;
    for (const double value : x) p.push_back(std::max(0.0, value - shift));
    return p;
  };
  for (int k = 0; k < 200; ++k) {
    const double middle = (low + high) / 2;
    const auto p = at(middle);
    (std::accumulate(p.begin(), p.end(), 0.0) > 1 ? low : high) = middle;
  }
  return at(low);
}

std::vector<double> softmax_of(std::vector<double> x) {
  double sum = 0.0;
  for (double& value : x) sum += value = std::exp(value);
  for (double& value : x) value /= sum;
  return x;
}

}  // namespace

TEST_CASE("moco's first step by hand") {
  Steps method("moco", {}, 2, 2);
  // Rows L g / |g| are (6, 8) and (0, 2), Y half of them: (3, 4), (0, 1). Y Y' = 25 4 4 1, times
  // lambda (1/2, 1/2): 14.5, 2.5. lambda - 0.1 of it: -0.95, 0.25; projected: (0, 1).
  Outcome out = method.combine({{3, 4}, {0, 7}}, {10, 2});
  test::check_near(out.weights, {0, 1}, 1e-9);
  test::check_near(out.direction, {0, 1}, 1e-6);
  // With gamma = 0.01: 0.355, 0.475, of which 0.17 is missing: 0.44, 0.56
  out = Steps("moco", {{"gamma", 0.01}}, 2, 2).combine({{3, 4}, {0, 7}}, {10, 2});
  test::check_near(out.weights, {0.44, 0.56}, 1e-6);
  test::check_near(out.direction, {1.32, 2.32}, 1e-6);
}

TEST_CASE("moco follows its equations") {
  for (const char* projection : {"simplex", "softmax"}) {
    for (const bool rescale : {true, false}) {
      CAPTURE(projection);
      CAPTURE(rescale);
      Steps method("moco",
                   {{"projection", std::string(projection)},
                    {"rescale", rescale},
                    {"rho", 0.2},
                    {"beta", 0.6},
                    {"beta_sigma", 0.3},
                    {"gamma", 0.05},
                    {"gamma_sigma", 0.4}},
                   3, 5);
      RandomStream numbers(3, "moco");
      Rows y(3, std::vector<double>(5, 0.0));
      std::vector<double> lambda(3, 1 / 3.0);
      for (int k = 1; k <= 20; ++k) {
        const Rows rows = test::random_rows(numbers, 3, 5, 5);
        std::vector<double> losses(3);
        for (std::size_t i = 0; i < 3; ++i) {
          losses[i] = std::exp(numbers.normal());
          const double f = rescale ? losses[i] / std::sqrt(test::gram_of({rows[i]})[0]) : 1.0;
          for (std::size_t c = 0; c < 5; ++c) {
            y[i][c] -= 0.6 / std::pow(k, 0.3) * (y[i][c] - f * rows[i][c]);
          }
        }
        const auto gram = test::gram_of(y);
        std::vector<double> moved = lambda;
        for (std::size_t i = 0; i < 3; ++i) {
          double slope = 0.2 * lambda[i];
          for (std::size_t j = 0; j < 3; ++j) slope += gram[i * 3 + j] * lambda[j];
          moved[i] -= 0.05 / std::pow(k, 0.4) * slope;
        }
        lambda = projection[1] == 'i' ? projected(moved) : softmax_of(moved);
        const Outcome out = method.combine(rows, losses);
        const auto wanted = test::direction(y, lambda);
        for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(out.weights[i] - lambda[i]) < 1e-5);
        for (std::size_t c = 0; c < 5; ++c) CHECK(std::abs(out.direction[c] - wanted[c]) < 1e-4);
      }
    }
  }
}

// (1, 0) and (0, 2): the shortest combination is 4/5, 1/5.
TEST_CASE("moco comes to the min-norm weights of constant gradients") {
  Steps method("moco", {{"rescale", false}, {"beta_sigma", 0.0}, {"gamma_sigma", 0.0}}, 2, 2);
  for (int k = 0; k < 200; ++k) method.combine({{1, 0}, {0, 2}});
  const Outcome out = method.combine({{1, 0}, {0, 2}});
  test::check_near(out.weights, {0.8, 0.2}, 1e-5);
  test::check_near(out.direction, {0.8, 0.4}, 1e-5);
}

TEST_CASE("moco over the tasks at hand") {
  Steps method("moco", {{"rescale", false}, {"beta", 1.0}, {"beta_sigma", 0.0}}, 3, 2);
  Outcome out = method.combine({{3, 4}}, {}, {1});
  CHECK(out.weights == std::vector<double>{1});
  test::check_near(out.direction, {3, 4}, 1e-6);
  // The two that come next share their 2/3 of lambda.
  method.combine({{1, 0}, {0, 2}}, {}, {0, 2});
  const auto state = method.method->state();
  CHECK(state[1] == doctest::Approx(1 / 3.0));
  CHECK(state[0] + state[2] == doctest::Approx(2 / 3.0));
  CHECK(state[0] > state[2]);
}

TEST_CASE("moco takes zero rows and losses that are not positive") {
  Steps method("moco", {}, 2, 2);
  Outcome out = method.combine({{0, 0}, {3, 4}}, {1, -5});
  CHECK(out.fallback.find("not above zero") != std::string::npos);
  // Y = (0, 0), (1.5, 2): lambda (1/2, 1/2 - 0.1 * 6.25 / 2), of which 0.3125 is missing
  test::check_near(out.weights, {0.65625, 0.34375}, 1e-6);
  test::check_near(out.direction, {0.34375 * 1.5, 0.34375 * 2}, 1e-6);
  CHECK(Steps("moco", {{"rescale", false}}, 1, 2).combine({{3, 4}}, {0}).fallback.empty());
}

TEST_CASE("moco resumes and is finite at every scale") {
  const auto go = [](Steps& s, int k) {
    return s.combine({{1.0 + k, 2}, {1.0, -1.0 - k % 3}}, {1.0 / (1 + k), 1});
  };
  test::check_resumes([] { return Steps("moco", {}, 2, 2); }, go);
  test::check_finite("moco", {}, true);
  test::check_finite("moco", {{"projection", std::string("softmax")}, {"rescale", false}}, true);
}
