#include "experiment/config_override.hpp"

#include "experiment/config_support.hpp"
#include "experiment/yaml_emit.hpp"

using namespace espalier;

namespace {

constexpr const char* kExperiment =
    "name: a\n"
    "train:\n"
    "  epochs: 10\n"
    "balance: pcgrad\n"
    "stages:\n"
    "  - name: one\n"
    "  - name: two\n";

std::string after(const std::string& override_text, const std::string& yaml = kExperiment) {
  ConfigNode root = parse_yaml(yaml, "exp.yaml");
  apply_override(root, override_text);
  return emit_yaml(root);
}

std::string override_error(const std::string& text) {
  return config_error([&] { after(text); });
}

}  // namespace

TEST_CASE("an override replaces a value or adds one") {
  CHECK(after("epochs=5", "epochs: 10\n") == "epochs: 5\n");
  CHECK(after("train.epochs=5", "train:\n  epochs: 10\n") == "train:\n  epochs: 5\n");
  CHECK(after("train.batch=8", "train:\n  epochs: 10\n") == "train:\n  epochs: 10\n  batch: 8\n");
  CHECK(after("a.b.c=1", "x: 0\n") == "x: 0\na:\n  b:\n    c: 1\n");
  CHECK(after("a.b=1", "a:\n") == "a:\n  b: 1\n");
}

TEST_CASE("the value of an override is YAML") {
  CHECK(after("only=[letters, digits]", "x: 0\n") == "x: 0\nonly: [letters, digits]\n");
  CHECK(after("x={ sgd: { learning_rate: 0.1 } }", "x: 0\n") ==
        "x:\n  sgd:\n    learning_rate: 0.1\n");
  CHECK(after("x='5'", "x: 0\n") == "x: \"5\"\n");
  CHECK(after("x=a=b", "x: 0\n") == "x: a=b\n");
  CHECK(after("x=1.5", "x: 0\n") == "x: 1.5\n");
}

TEST_CASE("elements of lists are addressed by number") {
  const std::string list = "s:\n  - name: one\n  - name: two\n";
  CHECK(after("s.1.name=last", list) == "s:\n  - name: one\n  - name: last\n");
  CHECK(after("s.0.x=1", list) == "s:\n  - name: one\n    x: 1\n  - name: two\n");
  CHECK(override_error("stages.2.name=x") ==
        "override 'stages.2.name=x': stages: expected a number from 0 to 1, found '2'");
  CHECK(override_error("stages.one.name=x") ==
        "override 'stages.one.name=x': stages: expected a number from 0 to 1, found 'one'");
  CHECK(override_error("stages.-1=x") ==
        "override 'stages.-1=x': stages: expected a number from 0 to 1, found '-1'");
}

TEST_CASE("a choice by its name makes room for its options") {
  CHECK(after("balance.pcgrad.scale=native", "balance: pcgrad\n") ==
        "balance:\n  pcgrad:\n    scale: native\n");
  CHECK(override_error("balance.scale=native") ==
        "override 'balance.scale=native': balance: expected a map to go into, found 'pcgrad'");
  CHECK(override_error("train.epochs.x=1") ==
        "override 'train.epochs.x=1': train.epochs: expected a map to go into, found '10'");
}

TEST_CASE("null and ~ remove what is there") {
  CHECK(after("b=null", "a: 1\nb: 2\n") == "a: 1\n");
  CHECK(after("~b", "a: 1\nb: 2\n") == "a: 1\n");
  CHECK(after("~s.0", "s: [1, 2]\n") == "s: [2]\n");
  CHECK(after("s.0.a=~", "s:\n  - { a: 1, b: 2 }\n") == "s:\n  - b: 2\n");
  CHECK(override_error("~trian") ==
        "override '~trian': expected a key to remove, found no 'trian'; did you mean 'train'?");
  CHECK(override_error("train.x=null") ==
        "override 'train.x=null': expected a key to remove, found no 'train.x'");
  CHECK(override_error("~name.x") ==
        "override '~name.x': expected a key to remove, found no 'name.x'");
}

TEST_CASE("a malformed override gets one sentence") {
  CHECK(override_error("train.epochs") ==
        "override 'train.epochs': expected key.path=value, found no '='");
  CHECK(override_error("") == "override '': expected key.path=value, found no '='");
  CHECK(override_error("=5") == "override '=5': expected key.path=value, found an empty key");
  CHECK(override_error("train..epochs=5") ==
        "override 'train..epochs=5': expected key.path=value, found an empty key");
  CHECK(override_error("~") == "override '~': expected key.path=value, found an empty key");
  CHECK(override_error("name=") ==
        "override 'name=': expected a value after '=' (null removes the key), found nothing");
  CHECK(override_error("name=[a") ==
        "override 'name=[a': expected a closing bracket or brace, found the end of the text");
  CHECK(override_error("name={a: 1, a: 2}") == "override 'name={a: 1, a: 2}': duplicate key 'a'");
  std::string deep = "a";
  for (int i = 0; i < 70; ++i) deep += ".a";
  CHECK(override_error(deep + "=1").ends_with(": expected at most 64 keys, found more"));
}

TEST_CASE("what an override wrote is placed at the override") {
  const auto read_error = [](const std::string& override_text) {
    ConfigNode root = parse_yaml("units: 3\nrate: 0.5\n", "exp.yaml");
    apply_override(root, override_text);
    SampleOptions options;
    return config_error([&] { read_fields(root, "layer", options); });
  };
  CHECK(read_error("rate=x") ==
        "override 'rate=x': layer.rate: expected a number above 0 and at most 1, found 'x'");
  CHECK(read_error("rtae=0.1") ==
        "override 'rtae=0.1': layer: unknown key 'rtae'; did you mean 'rate'?");
  CHECK(read_error("shape=[1, 0]") ==
        "override 'shape=[1, 0]': layer.shape.1: expected an integer of at least 1, found 0");
}

TEST_CASE("paths of an override start at the folder of the YAML file") {
  ConfigNode root = parse_yaml("units: 3\n", "/exp/a.yaml");
  apply_override(root, "file=x.csv");
  SampleOptions options;
  read_fields(root, "", options);
  CHECK(options.file.file == "/exp/x.csv");
  CHECK(options.file.place == "override 'file=x.csv': file");
}
