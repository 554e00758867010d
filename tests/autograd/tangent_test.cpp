#include <doctest/doctest.h>

#include <cmath>

#include "autograd/motion.hpp"
#include "autograd/task_model.hpp"
#include "autograd/turns.hpp"
#include "espalier/error.hpp"

using namespace espalier;
using namespace espalier::test;

// Derivatives of all losses along another batch's weighted gradient, pushed forward through the
// trunk, against products of gradients that were formed one by one.

namespace {

constexpr std::uint64_t kOther = 77;  // numbers the contents of the other batch

Var image(Tape& tape, Var x) { return reshape(tape, x, {4, 4, 1}); }

// What the command plans as one op: convolution, max(0, .), max pooling.
Var pooled(Tape& tape, ParameterStore& store, Var x) {
  x = conv2d(tape, image(tape, x), parameter(store, "c/weight", {3, 3, 3, 1}),
             &parameter(store, "c/bias", {3}), {.padding = 1});
  x = max_pool(tape, relu(tape, x), {});
  x = conv2d(tape, x, parameter(store, "d/weight", {4, 1, 1, 3}), nullptr, {});
  return relu(tape, dense(tape, store, flatten(tape, x), "b", 40));
}

// Wide layers, whose other batch's gradients stay unformed; the second one is used twice.
Var wide(Tape& tape, ParameterStore& store, Var x) {
  x = relu(tape, dense(tape, store, x, "a", 60));
  for (int i = 0; i < 2; ++i) x = tanh(tape, dense(tape, store, x, "b", 60));
  return gelu(tape, dense(tape, store, x, "c", 50, Domain::shared, /*bias=*/false));
}

// One parameter in ops of two kinds; inputs that stay beside some that move.
Var tied(Tape& tape, ParameterStore& store, Var x) {
  Parameter& p = parameter(store, "tied", {2, 16});
  const Var y = tanh(tape, dense(tape, store, x, "a", 16));
  const Var mixed = mix(tape, {y, multiply(tape, x, y)}, p);
  const Var gates = softmax(tape, slice(tape, x, 1, 3, 2));
  const Var narrow = linear(tape, mixed, p, nullptr);
  return weighted_sum(tape, gates, {narrow, tanh(tape, dense(tape, store, mixed, "b", 2))});
}

// A value with several readers, one of which could work in place.
Var branches(Tape& tape, ParameterStore& store, Var x) {
  const Var y = dense(tape, store, x, "a", 6);
  const Var z = concat(tape, {relu(tape, y), scale(tape, y, 0.5), tanh(tape, y)}, 1);
  return log_softmax(tape, add(tape, z, dense(tape, store, z, "b", 18)));
}

// Ops that save something in the forward pass; masks differ from stream to stream, step to step.
Var saving(Tape& tape, ParameterStore& store, Var x) {
  std::vector<RunningStatistics> statistics;
  std::vector<StreamRandom> randoms;
  for (const Part& part : tape.value(x).parts) {
    const std::string name = "s" + std::to_string(part.stream);
    statistics.push_back({part.stream, &store.buffer(name + "/mean", {3}, 0.0),
                          &store.buffer(name + "/variance", {3}, 1.0)});
    randoms.push_back({part.stream, RandomStream(3, name)});
  }
  x = conv2d(tape, image(tape, x), parameter(store, "c/weight", {3, 3, 3, 1}), nullptr,
             {.padding = 1});
  x = batch_norm(tape, x, parameter(store, "n/scale", {3}), parameter(store, "n/shift", {3}),
                 statistics);
  x = max_pool(tape, x, {.kernel = 3, .stride = 1});
  x = dropout(tape, flatten(tape, average_pool(tape, x, {.kernel = 2, .stride = 1})), 0.3, randoms);
  return layer_norm(tape, x, parameter(store, "l/scale", {3}), parameter(store, "l/shift", {3}));
}

struct Net {
  std::string name;
  ModelOptions options;
};

std::vector<Net> nets() {
  return {{"default", {}},
          {"pooled", {.sample = {16}, .trunk = pooled}},
          {"wide", {.sample = {16}, .trunk = wide}},
          {"tied", {.sample = {16}, .trunk = tied}},
          {"branches", {.trunk = branches}},
          {"saving", {.sample = {16}, .trunk = saving}}};
}

std::vector<double> weights_of(int tasks) {
  std::vector<double> weights;
  for (int t = 0; t < tasks; ++t) weights.push_back(t == 1 ? 0.0 : 0.3 + 0.2 * t);
  return weights;
}

// REQUIRES inputs.
std::vector<double> pushed_on(Model& here, Model& there, const std::vector<double>& weights) {
  there.plan.forward(kOther);
  there.plan.backward(ones(there.tasks()), weights);
  here.plan.move_along(there.plan);
  here.plan.forward(1);
  here.plan.backward_heads(ones(here.tasks()));
  std::vector<double> each(weights.size(), 7.0);
  here.plan.derivatives(each);
  return each;
}

std::vector<double> pushed(Model& here, Model& there, const std::vector<double>& weights) {
  there.fill(kOther);
  here.fill(1);
  return pushed_on(here, there, weights);
}

}  // namespace

TEST_CASE("derivatives along another batch's gradient are products of formed gradients") {
  for (const Net& net : nets()) {
    for (const Streams& streams : all_streams(5)) {
      for (const bool fused : {false, true}) {
        for (const bool spread : {false, true}) {
          CAPTURE(net.name);
          CAPTURE(streams.name);
          CAPTURE(fused);
          ParameterStore store(4);
          Model here = make_model(store, streams, net.options,
                                  {.fused = fused, .tangent = true, .spread = spread});
          Model there = make_model(store, streams, net.options, {.fused = fused});
          Model rows = make_model(store, streams, net.options, {.lanes = LaneMode::per_task});
          const std::vector<double> weights = weights_of(here.tasks());
          const std::vector<double> found = pushed(here, there, weights);
          const auto mine = jacobian(rows, 1), others = jacobian(rows, kOther);
          std::vector<double> v(mine[0].size(), 0.0), expected;
          for (std::size_t t = 0; t < others.size(); ++t) {
            for (std::size_t i = 0; i < v.size(); ++i) v[i] += weights[t] * others[t][i];
          }
          for (const auto& row : mine) expected.push_back(dot(row, v));
          CHECK(relative_error(found, expected) < 1e-5);
          CHECK(pushed(here, there, weights) == found);  // nothing is left of the first time
        }
      }
    }
  }
}

namespace {

struct Trial {
  std::vector<double> numbers;
  std::size_t bytes;
};

// Derivatives, and behind them the gradient of a step, of three plans that may share memory.
Trial step_in_turns(const Net& net, const Streams& streams, const std::shared_ptr<Turns>& turns,
                    bool fused, bool spread = false) {
  ParameterStore store(4);
  const PlanOptions plain = {.fused = fused, .spread = spread, .turns = turns};
  PlanOptions forward = plain;
  forward.tangent = true;
  Model last = make_model(store, streams, net.options, plain);
  Model here = make_model(store, streams, net.options, forward);
  Model there = make_model(store, streams, net.options, plain);
  if (turns != nullptr) turns->settle();
  const std::vector<double> weights = weights_of(last.tasks());
  Trial trial;
  for (const std::uint64_t k : {1U, 2U}) {  // nothing is left of the first
    last.fill(k);
    here.fill(k + 10);
    there.fill(k + 20);
    trial.numbers = pushed_on(here, there, weights);
    last.plan.forward(k);
    last.plan.backward(ones(last.tasks()), weights);
    last.plan.weigh(ones(last.tasks()), weights);
    const std::vector<double> gradient = gradients(last.plan, Domain::shared);
    trial.numbers.insert(trial.numbers.end(), gradient.begin(), gradient.end());
  }
  trial.bytes = last.plan.arena_bytes() + here.plan.arena_bytes() + there.plan.arena_bytes();
  return trial;
}

}  // namespace

TEST_CASE("plans that take turns hold what they hold alone, in the memory of about one") {
  for (const Net& net : nets()) {
    for (const Streams& streams : {own_inputs(3, 5), common_inputs(3, 5), mixed_inputs(5)}) {
      for (const bool fused : {false, true}) {
        CAPTURE(net.name);
        CAPTURE(streams.name);
        CAPTURE(fused);
        const Trial alone = step_in_turns(net, streams, nullptr, fused);
        const Trial turns = step_in_turns(net, streams, std::make_shared<Turns>(), fused);
        CHECK(turns.numbers == alone.numbers);
        const Trial spread = step_in_turns(net, streams, std::make_shared<Turns>(), fused, true);
        CHECK(spread.numbers == alone.numbers);
        CHECK(static_cast<double>(turns.bytes) < 0.7 * static_cast<double>(alone.bytes));
      }
    }
  }
}

TEST_CASE("wide layers are never formed") {
  ParameterStore store(4);
  const Streams streams = common_inputs(3, 5);
  const Model here = make_model(store, streams, {.sample = {16}, .trunk = wide}, {.tangent = true});
  for (const PlannedBlock& block : here.plan.blocks()) {
    if (block.kind == BlockKind::tangent) CHECK(block.bytes <= 60 * 5 * sizeof(real));
  }
}

TEST_CASE("plans of two models do not follow each other") {
  ParameterStore store(4);
  const Streams streams = common_inputs(2, 5);
  Model here = make_model(store, streams, {}, {.tangent = true});
  ParameterStore wider(4);
  const Model other = make_model(wider, streams, {.sample = {16}, .trunk = wide}, {});
  const Model lanes = make_model(store, streams, {}, {.lanes = LaneMode::per_task});
  CHECK_THROWS_AS(here.plan.follow(other.plan), ShapeError);
  CHECK_THROWS_AS(here.plan.follow(lanes.plan), ShapeError);
}

namespace {

std::string gap_of(const Recorder& trunk, const Recorder& head = {}) {
  ParameterStore store(1);
  const Model model = make_model(store, common_inputs(2, 5), {.trunk = trunk, .head = head}, {});
  return find_motion(model.plan.tape()).gap;
}

Var pulled(Tape& tape, ParameterStore& store, Var x) {
  return entropy_pull(tape, softmax(tape, dense(tape, store, x, "gate", 4)), 0.1);
}

Var pulled_input(Tape& tape, ParameterStore& store, Var x) {
  const Var gate = entropy_pull(tape, softmax(tape, x), 0.1);
  return multiply(tape, gate, dense(tape, store, x, "a", 6));
}

Var shared_head(Tape& tape, ParameterStore& store, Var x) {
  return dense(tape, store, x, "trunk/last", 3);
}

}  // namespace

TEST_CASE("what no tangent passes is named") {
  CHECK(gap_of({}) == "");
  CHECK(gap_of(pulled) == "op 'entropy_pull' of trunk has no tangent");
  CHECK(gap_of(pulled_input) == "");  // it stays where the shared parameters move
  CHECK(gap_of({}, shared_head) == "heads/0 trains a shared parameter");
  ParameterStore store(1);
  CHECK_THROWS_AS(make_model(store, common_inputs(2, 5), {.trunk = pulled}, {.tangent = true}),
                  ShapeError);
}
