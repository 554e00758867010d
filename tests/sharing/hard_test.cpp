#include <doctest/doctest.h>

#include <array>

#include "core/set_fields.hpp"
#include "espalier/error.hpp"
#include "nn/parameter_store.hpp"
#include "sharing/strategy.hpp"

using namespace espalier;
using test::make;
using test::Option;

namespace {

Stage::Use use(const char* kind, const std::map<std::string, Option>& options = {},
               const char* place = "") {
  return {kind, place, make(layer_table(), kind, options)};
}

std::vector<Stage> two_stages() {
  std::vector<Stage> stages(2);
  stages[0].name = "conv1";
  stages[0].layers.push_back(use("conv", {{"channels", Index{4}}}));
  stages[0].layers.push_back(use("relu"));
  stages[0].layers.push_back(use("max_pool", {{"kernel", Index{2}}}));
  stages[1].name = "dense";
  stages[1].layers.push_back(use("linear", {{"units", Index{5}}}));
  stages[1].layers.push_back(use("relu"));
  return stages;
}

struct Fixture {
  ParameterStore store{3};
  Tape tape{true};
  std::array<std::string, 3> streams = {"a", "b", "c"};
  Net trunk{tape, store, streams, Domain::shared, "trunk"};
};

}  // namespace

TEST_CASE("hard sharing gives each task the rows of its stream") {
  Fixture f;
  const Var x = f.tape.input("x", {6, 6, 2}, Dtype::floating, {{0, 4}, {1, 3}, {2, 2}});
  // Tasks 0 and 2 label stream 0 together, 1 stream 2, 3 stream 1.
  const std::vector<TaskSlot> tasks = {{0, "p", 0}, {1, "q", 2}, {2, "r", 0}, {3, "s", 1}};
  const auto strategy = make(sharing_table(), "hard");
  const std::vector<Var> features = strategy->record(f.trunk, x, two_stages(), tasks);
  REQUIRE(features.size() == 4);
  const Index rows[] = {4, 2, 4, 3};
  const int stream[] = {0, 2, 0, 1};
  for (std::size_t t = 0; t < 4; ++t) {
    CHECK(f.tape.shape(features[t]) == Shape{rows[t], 5});
    CHECK(f.tape.value(features[t]).parts[0].stream == stream[t]);
    const int node = f.tape.value(features[t]).producer;
    CHECK(f.tape.nodes()[static_cast<std::size_t>(node)].task == static_cast<int>(t));
  }
  std::vector<std::string> names;
  for (const Parameter& p : f.store.parameters()) {
    names.push_back(p.name);
    CHECK(p.domain == Domain::shared);
  }
  CHECK(names == std::vector<std::string>{"trunk/conv1/0/conv/weight", "trunk/conv1/0/conv/bias",
                                          "trunk/dense/0/linear/weight",
                                          "trunk/dense/0/linear/bias"});
}

TEST_CASE("the trunk runs once over the rows of all streams") {
  Fixture f;
  const Var x = f.tape.input("x", {6, 6, 2}, Dtype::floating, {{0, 4}, {1, 3}});
  const std::vector<TaskSlot> tasks = {{0, "p", 0}, {1, "q", 1}, {2, "r", 0}};
  make(sharing_table(), "hard")->record(f.trunk, x, two_stages(), tasks);
  std::size_t convolutions = 0;
  for (const Tape::Node& node : f.tape.nodes()) {
    if (node.op == nullptr) continue;
    CHECK(f.tape.shape(node.output)[0] == 7);
    CHECK(node.task == -1);
    convolutions += node.op->name() == "conv2d" ? 1U : 0U;
  }
  CHECK(convolutions == 1);
}

TEST_CASE("a trunk without stages hands its input to the heads") {
  Fixture f;
  const Var x = f.tape.input("x", {3}, Dtype::floating, {{0, 4}, {1, 3}});
  const std::vector<TaskSlot> tasks = {{0, "p", 1}};
  const auto features = make(sharing_table(), "hard")->record(f.trunk, x, {}, tasks);
  CHECK(f.tape.shape(features[0]) == Shape{3, 3});
}
