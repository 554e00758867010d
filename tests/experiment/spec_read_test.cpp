#include "experiment/spec_read.hpp"

#include "experiment/spec_support.hpp"

using namespace espalier;

TEST_CASE("the smallest experiment has the documented defaults") {
  const ExperimentSpec spec = small_spec();
  CHECK(spec.name == "small");
  CHECK(spec.description.empty());
  CHECK(spec.seed == 1);
  CHECK(spec.threads == 0);
  CHECK(spec.only.empty());
  CHECK(spec.sharing.name == "hard");
  CHECK(spec.sharing.object != nullptr);
  CHECK(spec.balance.name == "equal");
  CHECK(spec.balance.object != nullptr);
  CHECK(spec.conventions.scale == "native");
  CHECK(spec.schedule.name == "constant");
  CHECK(spec.schedule.object != nullptr);
  CHECK(spec.train.epochs == 10);
  CHECK(spec.train.batch == 64);
  CHECK(spec.train.last_batch == "drop");
}

TEST_CASE("trunk, stages and layers keep their order and places") {
  const ExperimentSpec spec =
      small_spec({"trunk.stages.0.layers=[relu, { max_pool: 2 }, flatten]"});
  CHECK(spec.trunk.input == std::vector<Index>{1, 28, 28});
  CHECK(spec.trunk.place == "/exp/small.yaml:5:3: trunk");
  const Stage& stage = spec.trunk.stages.at(0);
  CHECK(stage.name == "dense");
  REQUIRE(stage.layers.size() == 3);
  CHECK(stage.layers[1].kind == "max_pool");
  CHECK(stage.layers[1].layer != nullptr);
  const ExperimentSpec written = small_spec();
  CHECK(written.trunk.stages.at(0).layers.at(1).place ==
        "/exp/small.yaml:7:46: trunk.stages.0.layers.1");
}

TEST_CASE("tasks keep the options of their plugin as they are written") {
  const ExperimentSpec spec =
      small_spec({"tasks.letters={ plugin: x, data: letters, classes: 26, target: kind, w: [1] }"});
  const TaskSpec& task = spec.tasks.at(0);
  CHECK(task.name == "letters");
  CHECK(task.plugin == "x");
  CHECK(task.data == "letters");
  CHECK(task.target == "kind");
  CHECK(task.options.keys() == std::vector<std::string>{"classes", "w"});
  CHECK(small_spec().tasks.at(0).place == "/exp/small.yaml:9:3: tasks.letters");
  CHECK(small_spec().tasks.at(0).options.entries.empty());
}

TEST_CASE("balance holds a method's options and the conventions in one map") {
  const ExperimentSpec spec =
      small_spec({"balance={ pcgrad: { scale: sum_to_one, heads: weighted } }"});
  CHECK(spec.balance.name == "pcgrad");
  CHECK(spec.conventions.scale == "sum_to_one");
  CHECK(spec.conventions.heads == "weighted");
  CHECK(small_error({"balance.equal.scael=native"}) ==
        "override 'balance.equal.scael=native': balance.equal: unknown key 'scael'; did you mean "
        "'scale'?");
}

TEST_CASE("one optimizer is for all parameters") {
  const ExperimentSpec spec = small_spec();
  REQUIRE(spec.optimizers.size() == 1);
  CHECK(spec.optimizers[0].prefix.empty());
  CHECK(spec.optimizers[0].optimizer.name == "sgd");
  CHECK(spec.optimizers[0].optimizer.object->learning_rate() == 0.1);
  CHECK(spec.optimizers[0].optimizer.place == "/exp/small.yaml:10:12: optimizer");
}

TEST_CASE("groups of parameters have optimizers of their own") {
  const ExperimentSpec spec =
      small_spec({"optimizer={ all: adam, trunk/dense: { sgd: 0.5 }, heads/letters: rmsprop }"});
  REQUIRE(spec.optimizers.size() == 3);
  CHECK(spec.optimizers[0].prefix.empty());
  CHECK(spec.optimizers[1].prefix == "trunk/dense");
  CHECK(spec.optimizers[1].optimizer.object->learning_rate() == 0.5);
  CHECK(spec.optimizers[2].prefix == "heads/letters");
  CHECK(small_spec({"optimizer={ trunk: adam, heads: adam }"}).optimizers.size() == 2);
}

TEST_CASE("groups that name nothing, or leave parameters out, are refused") {
  const auto error = [](const std::string& value) { return small_error({"optimizer=" + value}); };
  const auto at = [](const std::string& value) {
    return "override 'optimizer=" + value + "': optimizer: ";
  };
  const std::string stage = "{ all: adam, trunk/dens: adam }";
  CHECK(error(stage) == at(stage) + "unknown stage 'dens'; did you mean 'dense'?");
  const std::string task = "{ all: adam, heads/x: adam }";
  CHECK(error(task) == at(task) + "unknown task 'x'; expected one of letters");
  const std::string group = "{ all: adam, head: adam }";
  CHECK(error(group) == at(group) + "unknown optimizer or group 'head'; did you mean 'heads'?");
  const std::string both = "{ all: adam, sgd: 0.1 }";
  CHECK(error(both) == at(both) + "expected groups alone, found the optimizer 'sgd' beside them");
  const std::string two = "{ adam: 0.1, sgd: 0.1 }";
  CHECK(error(two) == at(two) + "expected one optimizer, found 2 (adam, sgd)");
  const std::string part = "{ trunk: adam, heads/letters: adam }";
  CHECK(error(part) == at(part) +
                           "expected an optimizer for every parameter (the group 'all', or "
                           "'trunk' and 'heads'), found groups trunk, heads/letters");
}

TEST_CASE("required keys are asked for by name") {
  CHECK(spec_error("{}") ==
        "exp.yaml:1:1: expected the key 'name' (name of the experiment and of its run folders), "
        "found none");
  CHECK(spec_error("nmae: x\n") == "exp.yaml:1:1: unknown key 'nmae'; did you mean 'name'?");
  CHECK(spec_error("text") == "exp.yaml:1:1: expected an experiment (a map of keys), found 'text'");
  CHECK(spec_error("[a]") == "exp.yaml:1:1: expected an experiment (a map of keys), found a list");
  CHECK(spec_error("---\n").ends_with("expected an experiment (a map of keys), found nothing"));
  CHECK(small_error({"~optimizer"}) ==
        "/exp/small.yaml:1:1: expected the key 'optimizer' (how parameters move, for all or by "
        "group), found none");
  CHECK(small_error({"~tasks.letters.data"}) ==
        "/exp/small.yaml:9:12: tasks.letters: expected the key 'data' (data set the task learns "
        "from), found none");
  CHECK(small_error({"~tasks.letters.plugin", "tasks.letters.plugn=x"}) ==
        "override 'tasks.letters.plugn=x': tasks.letters: unknown key 'plugn'; did you mean "
        "'plugin'?");
}

TEST_CASE("names become names of files, and are checked") {
  const std::string message = "expected a name of 1 to 64 letters, digits, '_' or '-', found ";
  CHECK(small_error({"name=../x"}) == "override 'name=../x': name: " + message + "'../x'");
  CHECK(small_error({"name=a b"}) == "override 'name=a b': name: " + message + "'a b'");
  CHECK(small_error({"name=\"\""}) == "override 'name=\"\"': name: " + message + "''");
  CHECK(small_error({"name=" + std::string(65, 'a')}).find(message) != std::string::npos);
  CHECK(small_error({"name=" + std::string(64, 'a')}) == "no error");
  CHECK(small_error({"tasks.a/b={ plugin: x, data: letters }"}) ==
        "override 'tasks.a/b={ plugin: x, data: letters }': tasks: " + message + "'a/b'");
  CHECK(small_error({"data.a b=x"}) == "override 'data.a b=x': data: " + message + "'a b'");
  CHECK(small_error({"trunk.stages.0.name=a/b"}) ==
        "override 'trunk.stages.0.name=a/b': trunk.stages.0.name: " + message + "'a/b'");
}

TEST_CASE("names that name nothing are refused") {
  CHECK(small_error({"tasks.letters.data=leters"}) ==
        "override 'tasks.letters.data=leters': tasks.letters.data: unknown data set 'leters'; did "
        "you mean 'letters'?");
  CHECK(small_error({"only=[letters, digits]"}) ==
        "override 'only=[letters, digits]': only.1: unknown task 'digits'; expected one of "
        "letters");
  CHECK(small_error({"only=x"}) ==
        "override 'only=x': only: unknown task 'x'; expected one of letters");
  CHECK(small_error({"only=[letters, letters]"}) ==
        "override 'only=[letters, letters]': only.1: expected each task once, found 'letters' "
        "again");
}

TEST_CASE("a trunk has an input, and stages with layers") {
  CHECK(small_error({"trunk.input=[1, 2, 3, 4]"}) ==
        "override 'trunk.input=[1, 2, 3, 4]': trunk.input: expected 1 to 3 extents, found 4");
  CHECK(small_error({"trunk.input=[]"}) ==
        "override 'trunk.input=[]': trunk.input: expected 1 to 3 extents, found 0");
  CHECK(small_error({"trunk.input=[1, 0]"}) ==
        "override 'trunk.input=[1, 0]': trunk.input.1: expected an integer from 1 to 2147483648, "
        "found 0");
  CHECK(small_error({"trunk.input=[65536, 65536]"}) ==
        "override 'trunk.input=[65536, 65536]': trunk.input: expected at most 2147483648 numbers "
        "in an example, found more");
  CHECK(small_spec({"trunk.input=21"}).trunk.input == std::vector<Index>{21});
  CHECK(small_error({"trunk.stages=[]"}) ==
        "override 'trunk.stages=[]': trunk.stages: expected a list with at least one stage, found "
        "an empty list");
  CHECK(small_error({"trunk.stages.0.layers=relu"}) ==
        "override 'trunk.stages.0.layers=relu': trunk.stages.0.layers: expected a list with at "
        "least one layer, found 'relu'");
  CHECK(small_error({"trunk.stages.0=dense"}) ==
        "override 'trunk.stages.0=dense': trunk.stages.0: expected the key 'layers' (what the "
        "stage computes, first layer first), found none");
  const std::string twice =
      "trunk.stages=[{ name: a, layers: [relu] }, { name: a, layers: [relu] }]";
  CHECK(small_error({twice}).ends_with(
      "trunk.stages.1.name: expected a name that no other stage has, found 'a' again"));
}

TEST_CASE("numbers of a run have ranges") {
  CHECK(small_error({"threads=65"}) ==
        "override 'threads=65': threads: expected an integer from 0 to 64, found 65");
  CHECK(small_error({"seed=-1"}) ==
        "override 'seed=-1': seed: expected an integer of at least 0, found -1");
  CHECK(small_error({"train.epochs=0"}) ==
        "override 'train.epochs=0': train.epochs: expected an integer from 1 to 1000000, found 0");
  CHECK(small_error({"train.last_batch=dorp"}) ==
        "override 'train.last_batch=dorp': train.last_batch: expected one of drop, keep, found "
        "'dorp'; did you mean 'drop'?");
}

TEST_CASE("plugin folders are paths from the folder of the file") {
  const ExperimentSpec spec = small_spec({"plugins=[build, /opt/p]"});
  REQUIRE(spec.plugins.size() == 2);
  CHECK(spec.plugins[0].file == "/exp/build");
  CHECK(spec.plugins[1].file == "/opt/p");
  CHECK(small_spec({"plugins=build"}).plugins.at(0).file == "/exp/build");
  CHECK(small_error({"plugins={a: 1}"}) ==
        "override 'plugins={a: 1}': plugins: expected a list of paths, found a map");
}
