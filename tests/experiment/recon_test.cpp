#include "experiment/recon.hpp"

#include <doctest/doctest.h>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "plugin/support.hpp"

using namespace espalier;
using espalier::test::TemporaryFolder;

namespace {

constexpr const char* kSpec =
    "name: joint\n"
    "trunk:\n"
    "  input: [4]\n"
    "  stages:\n"
    "    - { name: dense, layers: [{ linear: 8 }, relu, { linear: 8 }, relu, { linear: 4 }] }\n"
    "    - { name: dense_2, layers: [{ linear: 4 }] }\n"
    "optimizer: { all: { sgd: 0.1 }, trunk/dense: { sgd: 0.5 } }\n";

/// A layer as metrics.jsonl has it; `pairs` is left out where it is empty.
std::string layer(const std::string& name, const std::string& conflicts, const std::string& pairs) {
  return text::cat("\"trunk/", name, "/linear/weight\": {\"steps\": 10.0, \"conflicts\": {",
                   conflicts, "}", pairs.empty() ? "" : ", \"pairs\": {" + pairs + "}", "}");
}

/// A finished run: in dense/0 half of the steps of a pair that met twice were in conflict, in
/// dense/2 a fifth of those of one that met always.
void write_run(const TemporaryFolder& folder, bool counted) {
  const std::string twice = counted ? "\"a/b\": 2.0, \"a/c\": 0.0" : "";
  const std::string always = counted ? "\"a/b\": 10.0, \"a/c\": 0.0" : "";
  const std::string layers = layer("dense/0", "\"a/b\": 0.5, \"a/c\": null", twice) + ", " +
                             layer("dense/2", "\"a/b\": 0.2, \"a/c\": null", always) + ", " +
                             layer("dense/4", "\"a/b\": 0.0", "") + ", " +
                             layer("dense_2/0", "\"a/b\": 0.1", "");
  folder.write("spec.yaml", kSpec);
  folder.write("metrics.jsonl",
               "{\"kind\": \"step\"}\n{\"gradients\": {\"layers\": {" + layers + "}}}\n");
}

std::vector<std::string> names_of_stages(ConfigNode& experiment) {
  std::vector<std::string> names;
  for (const ConfigNode& stage : experiment.find("trunk")->find("stages")->items) {
    names.push_back(stage.find("name")->scalar);
  }
  return names;
}

}  // namespace

TEST_CASE("a layer's score counts the steps in which a pair met") {
  const TemporaryFolder folder;
  write_run(folder, true);
  CHECK(recon(folder.path(), 1).layers == std::vector<std::string>{"trunk/dense/2 (2)"});
  CHECK(recon(folder.path(), 3).layers ==
        std::vector<std::string>{"trunk/dense/2 (2)", "trunk/dense/0 (1)", "trunk/dense_2/0 (1)"});
}

TEST_CASE("a run of before the counts is taken to have had every pair in every step") {
  const TemporaryFolder folder;
  write_run(folder, false);
  CHECK(recon(folder.path(), 1).layers == std::vector<std::string>{"trunk/dense/0 (5)"});
}

TEST_CASE("parts of a stage get free names and the stage's optimizer") {
  const TemporaryFolder folder;
  write_run(folder, true);
  ReconAnswer answer = recon(folder.path(), 1);
  CHECK(names_of_stages(answer.experiment) ==
        std::vector<std::string>{"dense", "dense_3", "dense_4", "dense_2"});
  const std::vector<ConfigNode>& stages = answer.experiment.find("trunk")->find("stages")->items;
  CHECK(stages[0].find("sharing") == nullptr);
  CHECK(stages[1].find("sharing")->scalar == "private");
  CHECK(stages[2].find("sharing") == nullptr);
  CHECK(stages[1].find("layers")->items.size() == 2);  // with the relu behind it
  const ConfigNode& optimizer = *answer.experiment.find("optimizer");
  CHECK(optimizer.keys() ==
        std::vector<std::string>{"all", "trunk/dense", "trunk/dense_3", "trunk/dense_4"});
  for (const char* part : {"trunk/dense", "trunk/dense_3", "trunk/dense_4"}) {
    CHECK(optimizer.find(part)->find("sgd")->scalar == "0.5");
  }
}

TEST_CASE("a name of a part is as long as a name may be") {
  const TemporaryFolder folder;
  write_run(folder, true);
  const std::string name(64, 'x');
  std::string spec = kSpec;
  spec.replace(spec.find("name: dense,"), 11, "name: " + name);
  folder.write("spec.yaml", spec);
  const std::string metrics = "{\"gradients\": {\"layers\": {" +
                              layer(name + "/0", "\"a/b\": 0.1", "") + ", " +
                              layer(name + "/2", "\"a/b\": 0.2", "") + "}}}\n";
  folder.write("metrics.jsonl", metrics);
  ReconAnswer answer = recon(folder.path(), 1);
  CHECK(names_of_stages(answer.experiment) ==
        std::vector<std::string>{name, std::string(62, 'x') + "_2", "dense_2"});
  CHECK_THROWS_AS(recon(folder.path(), 2), ConfigError);
}
