#include <doctest/doctest.h>

#include "autograd/task_model.hpp"
#include "nn/parameter_store.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

std::size_t count(const Plan& plan, BlockKind kind) {
  const auto blocks = plan.blocks();
  return static_cast<std::size_t>(
      std::ranges::count_if(blocks, [&](const PlannedBlock& b) { return b.kind == kind; }));
}

bool same_memory(const Plan& plan, Var a, Var b) {
  return plan.value(a).data == plan.value(b).data;
}

struct Chain {
  ParameterStore store{1};
  Tape tape{true};
  Var x = tape.input("x", {6}, Dtype::floating, {{0, 4}});
  Var hidden() { return dense(tape, store, x, "first", 5); }
  Plan finish(Var y) {
    tape.loss(0, mean(tape, dense(tape, store, y, "last", 2)));
    return Plan(std::move(tape));
  }
};

constexpr Index kUnits = 1024, kInputs = 784, kBatch = 8;
constexpr std::size_t kWeightBytes = sizeof(real) * kUnits * kInputs;

Var large_layer(Tape& tape, ParameterStore& store, Var x) {
  return relu(tape, dense(tape, store, x, "trunk/0", kUnits));
}

}  // namespace

TEST_CASE("no planned block is as large as a layer's weights, whatever the lanes") {
  for (const int tasks : {2, 8}) {
    for (const Streams& streams : {own_inputs(tasks, kBatch), common_inputs(tasks, kBatch)}) {
      for (const LaneMode lanes : {LaneMode::one, LaneMode::per_task}) {
        CAPTURE(streams.name);
        ParameterStore store(1);
        const Model model = make_model(store, streams, {.sample = {kInputs}, .trunk = large_layer},
                                       {.lanes = lanes, .gram = lanes == LaneMode::per_task});
        const auto blocks = model.plan.blocks();
        REQUIRE_FALSE(blocks.empty());
        CHECK(blocks[0].bytes < kWeightBytes / 4);
        for (std::size_t b = 1; b < blocks.size(); ++b) {
          CHECK(blocks[b].bytes <= blocks[b - 1].bytes);
        }
        CHECK(model.plan.arena_bytes() < kWeightBytes);
      }
    }
  }
}

TEST_CASE("relu works in place, forward and backward") {
  Chain chain;
  const Var h = chain.hidden();
  const Var y = relu(chain.tape, h);
  const Plan plan = chain.finish(y);
  CHECK(same_memory(plan, h, y));
  // x, then hidden = relu, last, the loss; nothing for relu itself.
  CHECK(count(plan, BlockKind::input) == 1);
  CHECK(count(plan, BlockKind::value) == 3);
  CHECK(count(plan, BlockKind::cotangent) == 3);
}

TEST_CASE("a value that two ops read is not overwritten") {
  Chain chain;
  const Var h = chain.hidden();
  const Var y = relu(chain.tape, h);
  const Plan plan = chain.finish(add(chain.tape, h, y));
  CHECK_FALSE(same_memory(plan, h, y));
}

TEST_CASE("a value that one op reads twice is not overwritten") {
  Chain chain;
  const Var h = chain.hidden();
  const Var y = add(chain.tape, h, h);
  const Plan plan = chain.finish(y);
  CHECK_FALSE(same_memory(plan, h, y));
}

TEST_CASE("a kept value is not overwritten") {
  Chain chain;
  const Var h = chain.hidden();
  chain.tape.keep(h);
  const Var y = relu(chain.tape, h);
  const Plan plan = chain.finish(y);
  CHECK_FALSE(same_memory(plan, h, y));
}

TEST_CASE("an input is not overwritten") {
  Chain chain;
  const Var y = relu(chain.tape, chain.x);
  const Plan plan = chain.finish(y);
  CHECK_FALSE(same_memory(plan, chain.x, y));
}

TEST_CASE("an output that its op reads again is not overwritten") {
  Chain chain;
  const Var h = tanh(chain.tape, chain.hidden());  // dx = dy (1 - y^2)
  const Var y = relu(chain.tape, h);
  const Plan plan = chain.finish(y);
  CHECK_FALSE(same_memory(plan, h, y));
}

TEST_CASE("views share memory and pass on what may be overwritten") {
  SUBCASE("a view of a value nobody else reads") {
    Chain chain;
    const Var h = chain.hidden();
    const Var view = reshape(chain.tape, h, {5, 1});
    const Var y = relu(chain.tape, view);
    const Plan plan = chain.finish(flatten(chain.tape, y));
    CHECK(same_memory(plan, h, view));
    CHECK(same_memory(plan, view, y));
  }
  SUBCASE("a view of a value that somebody reads") {
    Chain chain;
    const Var h = chain.hidden();
    const Var view = reshape(chain.tape, h, {5, 1});
    const Var y = flatten(chain.tape, relu(chain.tape, view));
    const Plan plan = chain.finish(add(chain.tape, h, y));
    CHECK(same_memory(plan, h, view));
    CHECK_FALSE(same_memory(plan, h, y));
  }
  SUBCASE("a view that is kept") {
    Chain chain;
    const Var h = chain.hidden();
    const Var view = reshape(chain.tape, h, {5, 1});
    chain.tape.keep(view);
    const Var y = relu(chain.tape, view);
    const Plan plan = chain.finish(flatten(chain.tape, y));
    CHECK(same_memory(plan, h, view));
    CHECK_FALSE(same_memory(plan, h, y));
  }
}

TEST_CASE("the border copies nothing where each task has rows or a lane of its own") {
  for (const Streams& streams : {own_inputs(3, 4), common_inputs(3, 4), mixed_inputs(4)}) {
    CAPTURE(streams.name);
    ParameterStore store(1);
    const Model model = make_model(store, streams, {}, {.lanes = LaneMode::per_task});
    // Two layers of the trunk (relu in place), then a prediction and a loss for each task.
    const auto tasks = static_cast<std::size_t>(model.tasks());
    CHECK(count(model.plan, BlockKind::cotangent) == 2 + 2 * tasks);
    CHECK(count(model.plan, BlockKind::value) == 2 + 2 * tasks);
  }
}

TEST_CASE("with one lane, heads on common rows add up at the border") {
  ParameterStore store(1);
  const Model model = make_model(store, common_inputs(3, 4), {}, {.lanes = LaneMode::one});
  CHECK(count(model.plan, BlockKind::cotangent) == 2 + 3 * 3);
}

TEST_CASE("blocks are aligned") {
  ParameterStore store(1);
  const Model model = make_model(store, mixed_inputs(5), {}, {.lanes = LaneMode::per_task});
  for (const PlannedBlock& b : model.plan.blocks()) CHECK(b.offset % 64 == 0);
  for (const Parameter& p : store.parameters()) {
    CHECK(reinterpret_cast<std::uintptr_t>(p.value.data) % 64 == 0);
  }
}
