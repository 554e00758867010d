#include <doctest/doctest.h>

#include "balance/bilevel_vector.hpp"
#include "balance/method.hpp"
#include "balance/quadratic_problem.hpp"
#include "espalier/error.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

// From theta = 0, task 0 pulls along (1, 0), task 1 along (0, 1), and so on for validation.
QuadraticProblem problem_of(QuadraticProblem::Points validation) {
  return {{0, 0}, {{1, 0}, {0, 1}}, std::move(validation), 0.1};
}

}  // namespace

TEST_CASE("slopes are inner products with the training gradients, and nothing stays moved") {
  QuadraticProblem problem({0.5, -1, 2}, {{1, 0, 0}, {0, 3, 1}}, {{0, 0, 0}, {0, 0, 0}}, 0.1);
  const std::vector<real> v = {1, 2, -4};
  std::vector<double> slopes;
  bilevel::slopes(problem, v, slopes);
  // g_0 = (-0.5, -1, 2), g_1 = (0.5, -4, 1)
  CHECK(slopes[0] == doctest::Approx(-0.5 - 2.0 - 8.0).epsilon(1e-3));
  CHECK(slopes[1] == doctest::Approx(0.5 - 8.0 - 4.0).epsilon(1e-3));
  CHECK(problem.theta == std::vector<real>{0.5, -1, 2});
  bilevel::slopes(problem, std::vector<real>{0, 0, 0}, slopes);
  CHECK(slopes == std::vector<double>{0, 0});
}

TEST_CASE("auto_lambda raises the task whose training gradient serves the validation losses") {
  // Both validation losses pull along (1, 0): only task 0's gradient helps; task 1's hurts.
  const auto method = method_named("auto_lambda", {{"learning_rate", 0.01}});
  CHECK(method->needs().validation);
  method->begin({.tasks = 2, .parameters = 2});
  QuadraticProblem problem = problem_of({{1, -0.5}, {1, -0.5}});
  std::vector<double> weights(2);
  method->solve(problem, {}, weights);
  CHECK(weights[0] == doctest::Approx(0.11).epsilon(1e-6));  // Adam's first step is its rate
  CHECK(weights[1] == doctest::Approx(0.09).epsilon(1e-6));
  CHECK(problem.theta == std::vector<real>{0, 0});
  for (int k = 0; k < 200; ++k) method->solve(problem, {}, weights);
  CHECK(weights[0] > 0.5);
  CHECK(weights[1] == 0.0);  // never below
}

TEST_CASE("auto_lambda serves its primary tasks alone") {
  const auto rise = [](std::vector<Index> primary) {
    const auto method = method_named("auto_lambda", {{"primary", std::move(primary)}});
    method->begin({.tasks = 2, .parameters = 2});
    QuadraticProblem problem = problem_of({{1, 0}, {0, 1}});
    std::vector<double> weights(2);
    method->solve(problem, {}, weights);
    return weights;
  };
  CHECK(rise({0})[0] > 0.1);
  CHECK(rise({1})[1] > 0.1);
  CHECK(rise({1})[0] > rise({1})[1] - 2e-4);
  CHECK(rise({})[0] == doctest::Approx(rise({})[1]));
  const auto wrong = method_named("auto_lambda", {{"primary", std::vector<Index>{2}}});
  CHECK_THROWS_WITH_AS(wrong->begin({.tasks = 2, .parameters = 2}),
                       "[auto_lambda] expected positions of tasks below 2 in primary, found 2",
                       ConfigError);
}

TEST_CASE("auto_lambda resumes exactly") {
  const auto straight = method_named("auto_lambda"), resumed = method_named("auto_lambda");
  std::vector<double> a(2), b(2);
  for (auto* method : {straight.get(), resumed.get()}) method->begin({.tasks = 2, .parameters = 2});
  QuadraticProblem problem = problem_of({{1, -0.5}, {0.5, 2}});
  for (int k = 0; k < 3; ++k) straight->solve(problem, {}, a);
  resumed->restore(straight->state());
  straight->solve(problem, {}, a);
  resumed->solve(problem, {}, b);
  CHECK(a == b);
}
