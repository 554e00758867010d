#include "autograd/plan.hpp"

#include <doctest/doctest.h>

#include "autograd/many_ops.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

Var deep_head(Tape& tape, ParameterStore& s, Var x) {
  // relu works in place on the border's rows; the same layer is shared by all heads.
  x = relu(tape, scale(tape, x, 1.5));
  return log_softmax(tape, dense(tape, s, x, "trunk/all heads", 4));
}

// Numbers of everything that training changes or shows.
std::vector<real> train(const Streams& streams, const PlanOptions& options, int steps) {
  ParameterStore store(1);
  Model model = make_model(store, streams,
                           {.sample = {6, 6, 2}, .trunk = many_ops, .head = deep_head}, options);
  std::vector<real> seen;
  const auto tasks = static_cast<std::size_t>(model.tasks());
  std::vector<double> weights;
  for (std::size_t t = 0; t < tasks; ++t) weights.push_back(0.5 + 0.25 * static_cast<double>(t));
  std::vector<double> gram(tasks * tasks);
  for (int step = 0; step < steps; ++step) {
    model.fill(static_cast<std::uint64_t>(step));
    model.plan.forward(static_cast<std::uint64_t>(step));
    const bool lanes = options.lanes == LaneMode::per_task;
    const std::vector<double> one = ones(model.tasks());
    model.plan.backward(one, lanes ? one : weights);
    if (options.gram) model.plan.gram(gram);
    for (const double g : gram) seen.push_back(static_cast<real>(g));
    model.plan.weigh(lanes ? weights : one, one);
    for (Parameter* p : model.plan.parameters()) {
      model.plan.gradient(*p, {.data = p->value.data, .alpha = -0.05, .beta = 0.999});
    }
    for (int t = 0; t < model.tasks(); ++t) seen.push_back(model.plan.loss(t));
    for (const Var v : model.predictions) {
      const auto span = model.plan.value(v).span();
      seen.insert(seen.end(), span.begin(), span.end());
    }
  }
  for (const Parameter& p : store.parameters()) {
    seen.insert(seen.end(), p.value.data, p.value.data + p.value.size());
  }
  for (const Buffer& b : store.buffers()) {
    seen.insert(seen.end(), b.value.data, b.value.data + b.value.size());
  }
  return seen;
}

bool finite(const std::vector<real>& numbers) {
  return std::ranges::all_of(numbers, [](real x) { return x - x == real(0); });
}

}  // namespace

TEST_CASE("packed and spread plans train to the same bits") {
  for (const Streams& streams :
       {own_inputs(1, 4), own_inputs(3, 4), common_inputs(3, 5), mixed_inputs(4)}) {
    for (const LaneMode lanes : {LaneMode::one, LaneMode::per_task}) {
      for (const bool gram : {false, true}) {
        if (gram && lanes == LaneMode::one) continue;
        CAPTURE(streams.name);
        CAPTURE(gram);
        const auto packed = train(streams, {.lanes = lanes, .gram = gram, .spread = false}, 4);
        const auto spread = train(streams, {.lanes = lanes, .gram = gram, .spread = true}, 4);
        CHECK(finite(packed));
        CHECK(packed == spread);
      }
    }
  }
}

TEST_CASE("packing saves memory") {
  ParameterStore store(1);
  const ModelOptions options{.sample = {6, 6, 2}, .trunk = many_ops, .head = deep_head};
  const Model packed = make_model(store, mixed_inputs(8), options, {});
  const Model spread = make_model(store, mixed_inputs(8), options, {.spread = true});
  CHECK(packed.plan.arena_bytes() < spread.plan.arena_bytes() * 3 / 4);
  ModelOptions evaluation = options;
  evaluation.training = false;
  const Model forward = make_model(store, mixed_inputs(8), evaluation, {});
  CHECK(forward.plan.arena_bytes() < packed.plan.arena_bytes());
  for (const PlannedBlock& block : forward.plan.blocks()) {
    CHECK(block.kind != BlockKind::cotangent);
  }
}

TEST_CASE("an evaluation plan gives the predictions of its numbers") {
  // Without dropout and batch norm both modes compute the same function.
  ParameterStore store(4);
  Model training = make_model(store, mixed_inputs(5), {}, {});
  Model evaluation = make_model(store, mixed_inputs(5), {.training = false}, {});
  training.fill(2);
  training.plan.forward(2);
  evaluation.fill(2);
  evaluation.plan.forward(2);
  for (int t = 0; t < training.tasks(); ++t) {
    CHECK(training.plan.loss(t) == evaluation.plan.loss(t));
    const auto at = static_cast<std::size_t>(t);
    const auto a = training.plan.value(training.predictions[at]).span();
    const auto b = evaluation.plan.value(evaluation.predictions[at]).span();
    CHECK(std::ranges::equal(a, b));
  }
}

TEST_CASE("two plans over the same parameters see each other's updates") {
  ParameterStore store(4);
  Model large = make_model(store, own_inputs(2, 6), {}, {});
  Model small = make_model(store, own_inputs(2, 3), {}, {});
  large.sweep(0);
  large.plan.weigh(ones(2), ones(2));
  const auto loss_of_small = [&] {
    small.fill(0);
    small.plan.forward(0);
    return small.plan.loss(0);
  };
  const real before = loss_of_small();
  for (Parameter* p : large.plan.parameters()) {
    large.plan.gradient(*p, {.data = p->value.data, .alpha = -0.1, .beta = 1.0});
  }
  CHECK(loss_of_small() != before);
  CHECK(std::ranges::equal(large.plan.parameters(), small.plan.parameters()));
}

TEST_CASE("one sweep up and one down for any number of tasks") {
  for (const Streams& streams :
       {own_inputs(2, 4), own_inputs(8, 4), common_inputs(2, 4), common_inputs(8, 4)}) {
    for (const LaneMode lanes : {LaneMode::one, LaneMode::per_task}) {
      const bool gram = lanes == LaneMode::per_task;
      ParameterStore store(1);
      Model model = make_model(store, streams, {}, {.lanes = lanes, .gram = gram});
      CHECK(model.plan.forward_sweeps() == 0);
      CHECK(model.plan.backward_sweeps() == 0);
      const auto tasks = static_cast<std::size_t>(model.tasks());
      std::vector<double> matrix(tasks * tasks);
      for (std::uint64_t step = 1; step <= 3; ++step) {
        model.sweep(step);
        if (gram) model.plan.gram(matrix);
        model.plan.weigh(ones(model.tasks()), ones(model.tasks()));
        gradients(model.plan, Domain::shared);
        CHECK(model.plan.forward_sweeps() == step);
        CHECK(model.plan.backward_sweeps() == step);
      }
    }
  }
}

TEST_CASE("flops of a plan are those of its matrix products, nearly") {
  ParameterStore store(1);
  const Model model =
      make_model(store, own_inputs(1, 10),
                 {.sample = {200},
                  .trunk = [](Tape& tape, ParameterStore& s,
                              Var x) { return relu(tape, dense(tape, s, x, "0", 100)); }},
                 {});
  const double products = 2.0 * 10 * (200 * 100 + 100 * 3);
  CHECK(model.plan.forward_flops() >= products);
  CHECK(model.plan.forward_flops() < 1.02 * products);
}

TEST_CASE("a plan can be moved") {
  ParameterStore store(1);
  Model model = make_model(store, own_inputs(2, 4), {}, {});
  Model moved = std::move(model);
  moved.sweep(1);
  CHECK(moved.plan.loss(0) > real(0));
  CHECK(moved.plan.forward_sweeps() == 1);
}
