#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "balance/method.hpp"
#include "balance/quadratic_problem.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

using Batch = BilevelProblem::Batch;

double along(const std::vector<real>& d, const std::vector<double>& g) {
  double sum = 0.0;
  for (std::size_t i = 0; i < d.size(); ++i) sum += static_cast<double>(d[i]) * g[i];
  return sum;
}

std::vector<double> gradient_of(const QuadraticProblem& problem, Batch batch, std::size_t t) {
  std::vector<double> g;
  for (std::size_t i = 0; i < problem.theta.size(); ++i) {
    g.push_back(problem.difference(batch, t, i));
  }
  return g;
}

}  // namespace

TEST_CASE("forum's direction solves its quadratic program") {
  RandomStream random(4, "centres");
  int bound = 0;
  for (int trial = 0; trial < 30; ++trial) {
    const auto points = [&](std::size_t tasks) {
      QuadraticProblem::Points all(tasks, std::vector<real>(5));
      for (auto& point : all) {
        for (real& x : point) x = static_cast<real>(random.normal());
      }
      return all;
    };
    const std::size_t tasks = 2 + static_cast<std::size_t>(trial % 3);
    QuadraticProblem problem({0, 0, 0, 0, 0}, points(tasks), points(tasks), 0.1);
    // The gap's own part of x is left out: the program is then over theta alone.
    const auto method = method_named("forum", {{"rho", 0.5}, {"inner_rate", 1e-7}});
    method->begin({.tasks = tasks, .parameters = 5});
    std::vector<double> weights(tasks);
    method->solve(problem, {}, weights);
    REQUIRE(problem.directed.size() == 5);
    CHECK(problem.theta == std::vector<real>{0, 0, 0, 0, 0});
    std::vector<double> q(5, 0.0);
    for (std::size_t t = 0; t < tasks; ++t) {
      const auto g = gradient_of(problem, Batch::training, t);
      for (std::size_t i = 0; i < 5; ++i) q[i] += g[i] / static_cast<double>(tasks);
    }
    const double square = std::inner_product(q.begin(), q.end(), q.begin(), 0.0);
    const double falls = along(problem.directed, q), phi = 0.25 * square;
    CHECK(falls >= phi * (1.0 - 1e-4) - 1e-6);  // q falls as fast as it must
    // Stationarity in lambda: the tasks it rests on fall equally fast, no other falls slower.
    std::vector<double> rates;
    for (std::size_t s = 0; s < tasks; ++s) {
      rates.push_back(along(problem.directed, gradient_of(problem, Batch::validation, s)));
    }
    const std::vector<double> state = method->state();
    double slowest = rates[0];
    for (const double rate : rates) slowest = std::min(slowest, rate);
    for (std::size_t s = 0; s < tasks; ++s) {
      if (state[tasks + s] > 1e-6) CHECK(rates[s] == doctest::Approx(slowest).epsilon(1e-3));
    }
    bound += falls < phi * 1.001 ? 1 : 0;
  }
  CHECK(bound > 0);   // nu above zero somewhere
  CHECK(bound < 30);  // and zero elsewhere
}

TEST_CASE("forum shifts weight to the task whose training loss is left behind") {
  // theta~ comes near the common minimum; task 0's loss falls most on the way, and x follows it.
  const auto method = method_named("forum", {{"rho", 2.0}});
  method->begin({.tasks = 2, .parameters = 1});
  QuadraticProblem problem({0}, {{4}, {1}}, {{4}, {1}}, 0.1);
  std::vector<double> weights(2);
  method->solve(problem, {}, weights);
  CHECK(weights[0] < 0.5);  // descending q means lowering the weight of the larger gap
  CHECK(weights[0] + weights[1] == doctest::Approx(1.0));
}

TEST_CASE("forum resumes exactly") {
  const auto straight = method_named("forum"), resumed = method_named("forum");
  for (auto* method : {straight.get(), resumed.get()}) method->begin({.tasks = 2, .parameters = 2});
  QuadraticProblem problem({0, 0}, {{1, 0}, {0, 1}}, {{1, 3}, {2, -1}}, 0.1);
  std::vector<double> a(2), b(2);
  for (std::uint64_t k = 0; k < 3; ++k) straight->solve(problem, {.step = k}, a);
  resumed->restore(straight->state());
  straight->solve(problem, {.step = 3}, a);
  const std::vector<real> d = problem.directed;
  resumed->solve(problem, {.step = 3}, b);
  CHECK(a == b);
  CHECK(problem.directed == d);
}
