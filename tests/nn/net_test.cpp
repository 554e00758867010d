#include "espalier/net.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "core/set_fields.hpp"
#include "espalier/layers.hpp"
#include "nn/layer.hpp"
#include "nn/parameter_store.hpp"

using namespace espalier;

namespace {

struct Fixture {
  ParameterStore store{7};
  Tape tape{true};
  std::array<std::string, 2> streams = {"letters", "digits"};
  Net net{tape, store, streams, Domain::shared, "trunk"};
};

std::vector<std::string> names(ParameterStore& store) {
  std::vector<std::string> all;
  for (const Parameter& p : store.parameters()) all.push_back(p.name);
  return all;
}

}  // namespace

TEST_CASE("a net names what it makes by its scopes") {
  Fixture f;
  CHECK(f.net.full_name("conv1") == "trunk/conv1");
  const Net inner = f.net.scope("conv1").scope("0");
  CHECK(inner.full_name("weight") == "trunk/conv1/0/weight");
  Parameter& p = inner.parameter("weight", {2, 3}, {Initializer::Kind::he_normal});
  CHECK(p.name == "trunk/conv1/0/weight");
  CHECK(p.domain == Domain::shared);
  CHECK(&p == &f.store.parameters()[0]);
  CHECK(inner.buffer("mean", {2}, 0.0).name == "trunk/conv1/0/mean");
  CHECK(inner.stream_name(1) == "digits");
  CHECK(inner.seed() == 7);
  CHECK(&inner.tape() == &f.tape);
}

TEST_CASE("a net of a head makes parameters of its task") {
  Fixture f;
  const Net head(f.tape, f.store, f.streams, Domain::task, "heads/letters");
  CHECK(head.scope("out").parameter("bias", {2}, {}).domain == Domain::task);
}

TEST_CASE("recording twice finds the same parameters") {
  Fixture f;
  for (const Index rows : {8, 3}) {
    const Var x = f.tape.input("x", {5}, Dtype::floating, {{0, rows}});
    const Var y = linear(f.net, "dense", x, {.units = 4});
    CHECK(f.tape.shape(y) == Shape{rows, 4});
  }
  CHECK(names(f.store) == std::vector<std::string>{"trunk/dense/weight", "trunk/dense/bias"});
}

TEST_CASE("layers of heads make their parameters under their name") {
  Fixture f;
  const Var image = f.tape.input("image", {8, 8, 3}, Dtype::floating, {{0, 2}, {1, 3}});
  const Var same = conv(f.net, "same", image, {.channels = 4, .padding = {}});
  CHECK(f.tape.shape(same) == Shape{5, 8, 8, 4});
  const Var valid = conv(f.net, "valid", same, {.channels = 2, .padding = 0, .bias = false});
  CHECK(f.tape.shape(valid) == Shape{5, 6, 6, 2});
  const Var normed = batch_norm(f.net, "bn", valid);
  CHECK(f.tape.shape(layer_norm(f.net, "ln", normed)) == Shape{5, 6, 6, 2});
  const Var tokens = f.tape.input("tokens", {9}, Dtype::integer, {{0, 2}});
  CHECK(f.tape.shape(embedding(f.net, "words", tokens, 50, 6)) == Shape{2, 9, 6});
  CHECK(f.tape.shape(dropout(f.net, "drop", normed, 0.5)) == Shape{5, 6, 6, 2});
  const std::vector<std::string> made = names(f.store);
  for (const char* name : {"trunk/same/weight", "trunk/same/bias", "trunk/valid/weight"}) {
    CAPTURE(name);
    CHECK(std::ranges::count(made, name) == 1);
  }
  CHECK(std::ranges::count(made, "trunk/valid/bias") == 0);
  CHECK(f.store.buffers().size() == 4);  // mean and variance of each stream
}

TEST_CASE("every layer of the table records itself on the values it is for") {
  for (const LayerEntry& entry : layer_table()) {
    CAPTURE(entry.name);
    Fixture f;
    std::map<std::string, test::Option> options;
    if (entry.name == "linear") options = {{"units", Index{3}}};
    if (entry.name == "conv") options = {{"channels", Index{3}}};
    if (entry.name == "embedding") options = {{"vocabulary", Index{9}}, {"width", Index{3}}};
    if (entry.name == "reshape") options = {{"shape", std::vector<Index>{6, 12}}};
    if (entry.name == "parameter") options = {{"shape", std::vector<Index>{6, 2}}};
    const auto layer = test::make(layer_table(), entry.name, options);
    const bool tokens = entry.name == "embedding";
    const Var x = tokens ? f.tape.input("x", {6}, Dtype::integer, {{0, 2}, {1, 1}})
                         : f.tape.input("x", {6, 6, 2}, Dtype::floating, {{0, 2}, {1, 1}});
    const Var y = layer->record(f.net, x);
    CHECK(f.tape.shape(y)[0] == 3);
    CHECK(f.tape.value(y).parts.size() == 2);
    CHECK_FALSE(entry.summary.empty());
  }
}
