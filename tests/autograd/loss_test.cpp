#include <doctest/doctest.h>

#include "autograd/task_model.hpp"
#include "espalier/error.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

// Two losses of which the second is 3 times the first; `first_twice`: the first counts for two
// tasks.
struct Nested {
  ParameterStore store{1};
  Plan plan;

  explicit Nested(LaneMode lanes, bool first_twice) : plan(record(first_twice), {.lanes = lanes}) {
    RandomStream random(1, "x");
    for (real& n : plan.value({0}).span()) n = static_cast<real>(random.normal());
    plan.forward(0);
  }

  Tape record(bool first_twice) {
    Tape tape(true);
    const Var x = tape.input("x", {4}, Dtype::floating, {{0, 5}});
    const Var first = mean(tape, tanh(tape, dense(tape, store, x, "w", 3)));
    const Var second = scale(tape, first, 3.0);
    tape.loss(0, second);
    tape.loss(1, first);
    if (first_twice) tape.loss(2, first);
    return tape;
  }
};

}  // namespace

TEST_CASE("a loss that another loss is made of keeps its own part of the gradient") {
  for (const bool first_twice : {false, true}) {
    CAPTURE(first_twice);
    const int tasks = first_twice ? 3 : 2;
    std::vector<double> seeds = {0.5, 2.0};
    if (first_twice) seeds.push_back(-1.0);
    Nested one(LaneMode::one, first_twice);
    one.plan.backward(seeds, ones(tasks));
    one.plan.weigh(ones(tasks), ones(tasks));
    const auto total = gradients(one.plan, Domain::shared);

    Nested lanes(LaneMode::per_task, first_twice);
    const auto weighted = [&](const std::vector<double>& weights) {
      lanes.plan.backward(ones(tasks), ones(tasks));
      lanes.plan.weigh(weights, weights);
      return gradients(lanes.plan, Domain::shared);
    };
    CHECK(relative_error(weighted(seeds), total) < 1e-5);
    // d second = 3 d first, so the seeds 0.5, 2 (, -1) make 3.5 (2.5) d first.
    auto first = weighted(unit(tasks, 1));
    for (double& g : first) g *= first_twice ? 2.5 : 3.5;
    CHECK(relative_error(total, first) < 1e-5);
    auto second = weighted(unit(tasks, 0));
    auto thrice = weighted(unit(tasks, 1));
    for (double& g : thrice) g *= 3.0;
    CHECK(relative_error(second, thrice) < 1e-5);
  }
}

TEST_CASE("backward can be repeated: seeds replace what the last sweep left") {
  Nested nested(LaneMode::one, true);
  const auto gradient = [&](double scale) {
    nested.plan.backward(std::vector<double>{scale, scale, scale}, ones(3));
    nested.plan.weigh(ones(3), ones(3));
    return gradients(nested.plan, Domain::shared);
  };
  const auto first = gradient(1.0);
  gradient(-7.0);
  CHECK(gradient(1.0) == first);
}

TEST_CASE("an op's parameters are all shared or all a task's own") {
  ParameterStore store(1);
  Tape tape(true);
  const Var x = tape.input("x", {4}, Dtype::floating, {{0, 5}});
  const Var y = linear(tape, x, parameter(store, "trunk/weight", {3, 4}),
                       &parameter(store, "heads/a/bias", {3}, Domain::task));
  tape.loss(0, mean(tape, y));
  CHECK_THROWS_WITH_AS(Plan(std::move(tape)),
                       "[linear] expected parameters that are all shared or all a task's own, "
                       "found 'trunk/weight' and 'heads/a/bias'",
                       ShapeError);
}
