#include "optim/updater.hpp"

#include <doctest/doctest.h>

#include "autograd/task_model.hpp"
#include "core/arena.hpp"
#include "core/set_fields.hpp"
#include "espalier/error.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

std::unique_ptr<Optimizer> plain(double rate) {
  return make(optimizer_table(), "sgd", {{"learning_rate", rate}});
}

Parameter* named(ParameterStore& store, const std::string& name) {
  for (Parameter& p : store.parameters()) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

std::vector<real> numbers(const Tensor& t) { return {t.data, t.data + t.size()}; }

Var two_layers(Tape& tape, ParameterStore& store, Var x) {
  x = relu(tape, dense(tape, store, x, "trunk/conv1", 6));
  return relu(tape, dense(tape, store, x, "trunk/conv10", 6));
}

constexpr Index kUnits = 1024, kInputs = 784, kBatch = 8;
constexpr std::size_t kWeightBytes = sizeof(real) * kUnits * kInputs;

Var large_layer(Tape& tape, ParameterStore& store, Var x) {
  return relu(tape, dense(tape, store, x, "trunk/0", kUnits));
}

// Blocks of at least the size of the largest weights, the weights themselves left out.
std::size_t large_blocks(const Plan& plan, const Updater& updater) {
  std::size_t count = updater.scratch_bytes() >= kWeightBytes ? 1 : 0;
  for (const PlannedBlock& b : plan.blocks()) count += b.bytes >= kWeightBytes ? 1U : 0U;
  for (const Updater::StateBlock& b : updater.state()) {
    count += static_cast<std::size_t>(b.value.size()) * sizeof(real) >= kWeightBytes ? 1U : 0U;
  }
  return count;
}

}  // namespace

TEST_CASE("a parameter belongs to the group with the longest prefix of its name") {
  ParameterStore store(1);
  Model model = make_model(store, own_inputs(2, 4), {.trunk = two_layers}, {});
  // Rate 0 keeps a parameter as it is.
  const auto still = plain(0.0), moving = plain(0.1);
  const OptimizerRule rules[] = {{"trunk", still.get()},
                                 {"trunk/conv1", moving.get()},
                                 {"", still.get()},
                                 {"heads/1/bias", moving.get()}};
  Updater updater(model.plan.parameters(), rules);
  std::map<std::string, std::vector<real>> before;
  for (const Parameter& p : store.parameters()) before[p.name] = numbers(p.value);
  model.sweep(1);
  model.plan.weigh(ones(2), ones(2));
  updater.step(model.plan, 1.0);
  for (const Parameter& p : store.parameters()) {
    CAPTURE(p.name);
    // A prefix ends at a slash: conv1 does not cover conv10.
    const bool moves = p.name.starts_with("trunk/conv1/") || p.name == "heads/1/bias";
    CHECK((numbers(p.value) != before[p.name]) == moves);
  }
}

TEST_CASE("a parameter that no group covers is an error that names it") {
  ParameterStore store(1);
  Model model = make_model(store, own_inputs(2, 4), {.trunk = two_layers}, {});
  const auto optimizer = plain(0.1);
  const OptimizerRule rules[] = {{"trunk", optimizer.get()}, {"heads/0", optimizer.get()}};
  CHECK_THROWS_WITH_AS(Updater(model.plan.parameters(), rules),
                       "[optimizer] expected a group that covers parameter 'heads/1/weight', "
                       "found none; add the group 'all'",
                       ConfigError);
}

TEST_CASE("parameters that no loss of the plan reaches stay as they are, with their state") {
  ParameterStore store(1);
  Model all = make_model(store, own_inputs(2, 4), {}, {});
  Model first_only = make_model(store, own_inputs(2, 4), {.only = {0}}, {});
  const auto optimizer = make(optimizer_table(), "sgd",
                              {{"learning_rate", 0.1}, {"momentum", 0.9}, {"weight_decay", 0.1}});
  const OptimizerRule rule{"", optimizer.get()};
  Updater updater(all.plan.parameters(), {&rule, 1});
  all.sweep(1);
  all.plan.weigh(ones(2), ones(2));
  updater.step(all.plan, 1.0);
  const auto absent = numbers(named(store, "heads/1/weight")->value);
  const auto present = numbers(named(store, "heads/0/weight")->value);
  std::map<std::string, std::vector<real>> state;
  for (const auto& block : updater.state()) state[block.name] = numbers(block.value);
  first_only.sweep(2);
  first_only.plan.weigh(ones(1), ones(1));
  updater.step(first_only.plan, 1.0);
  CHECK(numbers(named(store, "heads/1/weight")->value) == absent);
  CHECK(numbers(named(store, "heads/0/weight")->value) != present);
  for (const auto& block : updater.state()) {
    CAPTURE(block.name);
    const bool same = numbers(block.value) == state[block.name];
    CHECK(same == block.name.starts_with("state/heads/1/"));
  }
  CHECK(updater.steps() == 2);
}

TEST_CASE("state blocks are named, zero, and enough to continue") {
  const auto optimizer = make(optimizer_table(), "adam", {{"learning_rate", 0.05}});
  const OptimizerRule rule{"", optimizer.get()};
  const auto step = [](Model& model, Updater& updater, std::uint64_t t) {
    model.sweep(t);
    model.plan.weigh(ones(2), ones(2));
    updater.step(model.plan, 1.0);
  };
  ParameterStore store(1), copy(1);
  Model model = make_model(store, own_inputs(2, 4), {}, {});
  Updater updater(model.plan.parameters(), {&rule, 1});
  REQUIRE(updater.state().size() == 2 * model.plan.parameters().size());
  CHECK(updater.state()[0].name == "state/trunk/0/weight/0");
  CHECK(updater.state()[1].name == "state/trunk/0/weight/1");
  for (const auto& block : updater.state()) {
    for (const real x : block.value.span()) REQUIRE(x == real(0));
  }
  step(model, updater, 1);
  step(model, updater, 2);

  Model resumed = make_model(copy, own_inputs(2, 4), {}, {});
  Updater second(resumed.plan.parameters(), {&rule, 1});
  for (std::size_t b = 0; b < updater.state().size(); ++b) {
    std::ranges::copy(updater.state()[b].value.span(), second.state()[b].value.data);
  }
  for (std::size_t p = 0; p < store.parameters().size(); ++p) {
    std::ranges::copy(store.parameters()[p].value.span(), copy.parameters()[p].value.data);
  }
  second.set_steps(updater.steps());
  step(model, updater, 3);
  step(resumed, second, 3);
  for (std::size_t p = 0; p < store.parameters().size(); ++p) {
    CHECK(numbers(store.parameters()[p].value) == numbers(copy.parameters()[p].value));
  }
}

TEST_CASE("plain SGD has no block of the size of the weights, momentum exactly one more") {
  const auto sgd = plain(0.01);
  const auto momentum =
      make(optimizer_table(), "sgd", {{"learning_rate", 0.01}, {"momentum", 0.9}});
  const auto nesterov =
      make(optimizer_table(), "sgd",
           {{"learning_rate", 0.01}, {"momentum", 0.9}, {"nesterov", true}, {"weight_decay", 0.1}});
  for (const int tasks : {2, 8}) {
    for (const Streams& streams : {own_inputs(tasks, kBatch), common_inputs(tasks, kBatch)}) {
      CAPTURE(streams.name);
      ParameterStore store(1);
      const Model model = make_model(store, streams, {.sample = {kInputs}, .trunk = large_layer},
                                     {.lanes = LaneMode::per_task, .gram = true});
      const auto blocks_with = [&](const Optimizer& optimizer) {
        const OptimizerRule rule{"", &optimizer};
        return large_blocks(model.plan, Updater(model.plan.parameters(), {&rule, 1}));
      };
      CHECK(blocks_with(*sgd) == 0);
      CHECK(blocks_with(*momentum) == 1);
      CHECK(blocks_with(*nesterov) == 1);
    }
  }
}

TEST_CASE("adam has one gradient for all parameters, of the largest one's size") {
  ParameterStore store(1);
  Model model =
      make_model(store, own_inputs(2, kBatch), {.sample = {kInputs}, .trunk = large_layer}, {});
  const auto adam = make(optimizer_table(), "adam"), sgd = make(optimizer_table(), "sgd");
  const OptimizerRule all{"", adam.get()};
  const Updater updater(model.plan.parameters(), {&all, 1});
  CHECK(updater.scratch_bytes() == Arena::rounded(kWeightBytes));
  CHECK(large_blocks(model.plan, updater) == 3);  // m, v and the gradient
  // Only the heads need one: their largest parameter is (3, 1024).
  const OptimizerRule mixed[] = {{"", sgd.get()}, {"heads", adam.get()}};
  CHECK(Updater(model.plan.parameters(), mixed).scratch_bytes() ==
        Arena::rounded(sizeof(real) * 3 * kUnits));
  const OptimizerRule none{"", sgd.get()};
  CHECK(Updater(model.plan.parameters(), {&none, 1}).scratch_bytes() == 0);
}
