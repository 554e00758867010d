#include <doctest/doctest.h>

#include "balance/method.hpp"
#include "balance/quadratic_problem.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

std::vector<double> after(int steps, QuadraticProblem::Points validation) {
  const auto method = method_named("moml", {{"learning_rate", 0.05}});
  method->begin({.tasks = 2, .parameters = 2});
  QuadraticProblem problem({0, 0}, {{1, 0}, {0, 1}}, std::move(validation), 0.1);
  std::vector<double> weights(2);
  for (int k = 0; k < steps; ++k) method->solve(problem, {}, weights);
  CHECK(problem.theta == std::vector<real>{0, 0});
  return weights;
}

}  // namespace

TEST_CASE("moml moves its weights towards what all validation losses want") {
  const std::vector<double> first = after(1, {{1, real(0.1)}, {2, 0}});
  CHECK(first[0] > 0.5);
  CHECK(first[0] + first[1] == doctest::Approx(1.0));
  const std::vector<double> later = after(50, {{1, real(0.1)}, {2, 0}});
  CHECK(later[0] > first[0]);
}

TEST_CASE("moml stands still where validation losses want opposite weights") {
  const std::vector<double> weights = after(20, {{1, 0}, {0, 1}});
  CHECK(weights[0] == doctest::Approx(0.5).epsilon(0.02));
}

TEST_CASE("moml costs a backward pass a task and two forward passes each") {
  const auto method = method_named("moml");
  method->begin({.tasks = 3, .parameters = 1});
  QuadraticProblem problem({0}, {{1}, {2}, {3}}, {{1}, {2}, {3}}, 0.1);
  std::vector<double> weights(3);
  method->solve(problem, {}, weights);
  CHECK(problem.forwards == 1 + 3 + 2 * 3);
}

TEST_CASE("moml resumes exactly") {
  const auto straight = method_named("moml"), resumed = method_named("moml");
  for (auto* method : {straight.get(), resumed.get()}) method->begin({.tasks = 2, .parameters = 2});
  QuadraticProblem problem({0, 0}, {{1, 0}, {0, 1}}, {{1, 3}, {2, -1}}, 0.1);
  std::vector<double> a(2), b(2);
  for (int k = 0; k < 3; ++k) straight->solve(problem, {}, a);
  resumed->restore(straight->state());
  straight->solve(problem, {}, a);
  resumed->solve(problem, {}, b);
  CHECK(a == b);
}
