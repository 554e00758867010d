#include <doctest/doctest.h>

#include <array>

#include "core/set_fields.hpp"
#include "espalier/error.hpp"
#include "nn/parameter_store.hpp"
#include "sharing/strategy.hpp"

using namespace espalier;
using test::make;

namespace {

struct Fixture {
  ParameterStore store{3};
  Tape tape{true};
  std::array<std::string, 1> streams = {"a"};
  Net trunk{tape, store, streams, Domain::shared, "trunk"};
};

Stage stage_of(const char* first, const char* second, const char* place) {
  Stage stage;
  stage.name = "conv2";
  const auto options = [](const std::string& kind) -> std::map<std::string, test::Option> {
    if (kind == "linear") return {{"units", Index{5}}};
    if (kind == "conv") return {{"channels", Index{4}}};
    return {};
  };
  stage.layers.push_back({first, "", make(layer_table(), first, options(first))});
  stage.layers.push_back({second, place, make(layer_table(), second, options(second))});
  return stage;
}

}  // namespace

TEST_CASE("layers are recorded one after the other in the scope of their stage") {
  Fixture f;
  const Var x = f.tape.input("x", {6}, Dtype::floating, {{0, 4}});
  const Var y = record_stage(f.trunk, stage_of("linear", "relu", ""), x);
  CHECK(f.tape.shape(y) == Shape{4, 5});
  REQUIRE(f.tape.nodes().size() == 2);
  for (const Tape::Node& node : f.tape.nodes()) {
    CHECK(node.scope == "trunk/conv2");
    CHECK(node.task == -1);
  }
  CHECK(f.store.parameters()[0].name == "trunk/conv2/0/linear/weight");
}

TEST_CASE("a layer that does not fit is named with its stage and both shapes") {
  Fixture f;
  const Var x = f.tape.input("x", {6}, Dtype::floating, {{0, 4}});
  CHECK_THROWS_WITH_AS(
      record_stage(f.trunk, stage_of("linear", "conv", ""), x),
      "stage 'conv2', layer 1 (conv) after features (4, 5): [conv] expected images (N, H, W, C), "
      "found (4, 5)",
      ShapeError);
}

TEST_CASE("the place in the YAML comes first where it is known") {
  Fixture f;
  const Var x = f.tape.input("x", {6}, Dtype::floating, {{0, 4}});
  CHECK_THROWS_WITH_AS(
      record_stage(f.trunk, stage_of("linear", "max_pool", "exp.yaml:9:31"), x),
      "exp.yaml:9:31: stage 'conv2', layer 1 (max_pool) after features (4, 5): [max_pool] expected "
      "images (N, H, W, C), found (4, 5)",
      ShapeError);
}
