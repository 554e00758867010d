#include "sharing/trunk_model.hpp"

#include "espalier/error.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

struct Fixture {
  ParameterStore store{3};
  Tape tape{true};
  std::array<std::string, 3> streams = {"a", "b", "c"};
  Net trunk{tape, store, streams, Domain::shared, "trunk"};
  std::array<std::string, 4> names = {"p", "q", "r", "s"};

  std::vector<Var> record(const char* strategy, Var x, const std::vector<Stage>& stages,
                          const std::vector<TaskSlot>& slots) {
    const Chosen c = chosen(strategy, stages.size());
    return TrunkRecorder(trunk, x, stages, names).record(c.blocks, slots);
  }
  std::size_t count(std::string_view op) const {
    std::size_t n = 0;
    for (const Tape::Node& node : tape.nodes()) {
      n += node.op != nullptr && node.op->name() == op ? 1U : 0U;
    }
    return n;
  }
};

// Tasks p and r label stream 0 together, q stream 2, s stream 1.
const std::vector<TaskSlot> kSlots = {{0, 0, 0}, {1, 1, 2}, {2, 2, 0}, {3, 3, 1}};
const std::vector<StreamRows> kRows = {{0, 4}, {1, 3}, {2, 2}};

std::vector<std::string> names_in(ParameterStore& store, Domain domain) {
  std::vector<std::string> names;
  for (const Parameter& p : store.parameters()) {
    if (p.domain == domain) names.push_back(p.name);
  }
  return names;
}

Groups two_groups() { return {{"a", "c"}, {"b"}}; }

std::vector<StageBlock> shared_then_private(const StageSharing& first, const StageSharing& second,
                                            const Groups* groups = nullptr) {
  return {{0, 1, &first, groups}, {1, 1, &second, groups}};
}

}  // namespace

TEST_CASE("hard sharing gives each task the rows of its stream, from one pass over all") {
  Fixture f;
  const Var x = f.tape.input("x", {6}, Dtype::floating, kRows);
  const std::vector<Var> features = f.record("hard", x, dense_stages(), kSlots);
  REQUIRE(features.size() == 4);
  const Index rows[] = {4, 2, 4, 3};
  for (std::size_t t = 0; t < 4; ++t) {
    CHECK(f.tape.shape(features[t]) == Shape{rows[t], 4});
    CHECK(f.tape.value(features[t]).parts[0].stream == kSlots[t].stream);
    const int node = f.tape.value(features[t]).producer;
    CHECK(f.tape.nodes()[static_cast<std::size_t>(node)].task == static_cast<int>(t));
  }
  CHECK(f.count("linear") == 2);
  CHECK(names_in(f.store, Domain::task).empty());
  CHECK(names_in(f.store, Domain::shared) ==
        std::vector<std::string>{"trunk/low/0/linear/weight", "trunk/low/0/linear/bias",
                                 "trunk/high/0/linear/weight", "trunk/high/0/linear/bias"});
}

TEST_CASE("without sharing each task has a trunk of its own over its own rows") {
  Fixture f;
  const Var x = f.tape.input("x", {6}, Dtype::floating, kRows);
  const std::vector<Var> features = f.record("none", x, dense_stages(), kSlots);
  CHECK(f.count("linear") == 8);
  CHECK(f.tape.shape(features[1]) == Shape{2, 4});
  CHECK(names_in(f.store, Domain::shared).empty());
  CHECK(names_in(f.store, Domain::task)[0] == "trunk/low/p/0/linear/weight");
  for (const Tape::Node& node : f.tape.nodes()) {
    if (node.op != nullptr) CHECK(f.tape.shape(node.output)[0] <= 4);
  }
}

TEST_CASE("a trunk without stages hands its input to the heads") {
  Fixture f;
  const Var x = f.tape.input("x", {3}, Dtype::floating, {{0, 4}, {1, 3}});
  const std::vector<TaskSlot> slots = {{0, 0, 1}};
  const auto features = f.record("hard", x, {}, slots);
  CHECK(f.tape.shape(features[0]) == Shape{3, 3});
}

TEST_CASE("a layer that does not fit is named with its stage, its place and both shapes") {
  Fixture f;
  const Var x = f.tape.input("x", {6}, Dtype::floating, {{0, 4}});
  std::vector<Stage> stages;
  stages.push_back(linear_stage("conv2", 5, false));
  stages[0].layers.push_back(use("max_pool", {}, "exp.yaml:9:31"));
  const std::vector<TaskSlot> slots = {{0, 0, 0}};
  CHECK_THROWS_WITH_AS(
      f.record("hard", x, stages, slots),
      "exp.yaml:9:31: stage 'conv2', layer 1 (max_pool) after features (4, 5): [max_pool] expected "
      "images (N, H, W, C), found (4, 5)",
      ShapeError);
}

TEST_CASE("groups share among themselves; a group of one owns its layers") {
  ParameterStore store{3};
  const auto shared = make(stage_sharing_table(), "shared");
  const Groups groups = two_groups();
  const std::vector<Stage> stages = dense_stages();
  TrunkModel model(shared_then_private(*shared, *shared, &groups), stages, store);
  CHECK(names_in(store, Domain::shared) ==
        std::vector<std::string>{"trunk/low/a+c/0/linear/weight", "trunk/low/a+c/0/linear/bias",
                                 "trunk/high/a+c/0/linear/weight", "trunk/high/a+c/0/linear/bias"});
  CHECK(names_in(store, Domain::task).size() == 4);
  CHECK(names_in(store, Domain::task)[0] == "trunk/low/b/0/linear/weight");
  check_gradients(model, store);
  ParameterStore other{3};
  TrunkModel own(shared_then_private(*shared, *shared, &groups), stages, other, own_case());
  check_gradients(own, other);
  Index rows = 0;  // of all linear layers: each group works on its own rows alone
  for (const Tape::Node& node : own.plan().tape().nodes()) {
    if (node.op != nullptr && node.op->name() == "linear") {
      rows += own.plan().tape().shape(node.output)[0];
    }
  }
  CHECK(rows == 2 * (3 + 4 + 2));
}

TEST_CASE("groups that name a task twice, or leave one out, are refused") {
  const auto shared = make(stage_sharing_table(), "shared");
  const std::vector<Stage> stages = dense_stages();
  ParameterStore store{3};
  const Groups twice = {{"a", "b"}, {"b", "c"}}, missing = {{"a", "b"}};
  CHECK_THROWS_WITH_AS(TrunkModel(shared_then_private(*shared, *shared, &twice), stages, store),
                       "[sharing] stage 'high': expected each task in one group, found 'b' again",
                       ConfigError);
  CHECK_THROWS_WITH_AS(TrunkModel(shared_then_private(*shared, *shared, &missing), stages, store),
                       "[sharing] stage 'high': expected every task in a group, found 'c' in none",
                       ConfigError);
}

TEST_CASE("tokens of a group must lie together") {
  Fixture f;
  const Var x = f.tape.input("x", {3}, Dtype::integer, {{0, 2}, {1, 2}, {2, 2}});
  std::vector<Stage> stages(1);
  stages[0].name = "words";
  stages[0].layers.push_back(use("embedding", {{"vocabulary", Index{5}}, {"width", Index{2}}}));
  const auto shared = make(stage_sharing_table(), "shared");
  const std::vector<TaskSlot> slots = {{0, 0, 0}, {1, 1, 1}, {2, 2, 2}, {3, 3, 2}};
  const auto record = [&](const Groups& groups) {
    const StageBlock block{0, 1, shared.get(), &groups};
    return TrunkRecorder(f.trunk, x, stages, f.names).record({&block, 1}, slots);
  };
  CHECK(record({{"p", "q"}, {"r", "s"}}).size() == 4);
  CHECK_THROWS_WITH_AS(record({{"p", "r", "s"}, {"q"}}),
                       "[sharing] expected data sets of a group that follow each other in the "
                       "experiment where the trunk reads integers, found others between them; "
                       "nearest: list the data sets of each group together",
                       ShapeError);
}

TEST_CASE("private stages before and after shared ones have exact gradients") {
  const auto shared = make(stage_sharing_table(), "shared");
  const auto own = make(stage_sharing_table(), "private");
  const std::vector<Stage> stages = dense_stages();
  for (const TrunkCase& c : {TrunkCase{}, own_case()}) {
    for (const LaneMode lanes : {LaneMode::one, LaneMode::per_task}) {
      TrunkCase chosen_case = c;
      chosen_case.plan.lanes = lanes;
      ParameterStore store{3};
      TrunkModel front(shared_then_private(*own, *shared), stages, store, chosen_case);
      check_gradients(front, store);
      ParameterStore other{3};
      TrunkModel back(shared_then_private(*shared, *own), stages, other, chosen_case);
      check_gradients(back, other);
    }
  }
}

TEST_CASE("a shared stage after private ones works on stacked rows where streams differ") {
  const auto shared = make(stage_sharing_table(), "shared");
  const auto own = make(stage_sharing_table(), "private");
  const std::vector<Stage> stages = dense_stages();
  const auto uses = [&](const TrunkCase& c) {
    ParameterStore store{3};
    TrunkModel model(shared_then_private(*own, *shared), stages, store, c);
    std::size_t n = 0;
    for (const Tape::Node& node : model.plan().tape().nodes()) {
      n += node.op != nullptr && !node.op->parameters().empty() &&
                   node.op->parameters()[0]->name == "trunk/high/0/linear/weight"
               ? 1U
               : 0U;
    }
    return n;
  };
  CHECK(uses(own_case()) == 1);
  CHECK(uses(TrunkCase{}) == 3);
}

TEST_CASE("own inputs and common inputs give a task the same features") {
  const auto shared = make(stage_sharing_table(), "shared");
  const auto own = make(stage_sharing_table(), "private");
  const std::vector<Stage> stages = dense_stages();
  const TrunkCase together;
  const TrunkCase apart = {.stream_of = {0, 1, 2}, .streams = {{0, 4}, {1, 4}, {2, 4}}};
  for (const auto& blocks :
       {shared_then_private(*own, *shared), shared_then_private(*shared, *own)}) {
    ParameterStore store{3};
    TrunkModel common(blocks, stages, store, together), own_rows(blocks, stages, store, apart);
    const Tensor from = common.input(), to = own_rows.input();
    for (Index k = 0; k < 3; ++k) {
      std::ranges::copy(from.span(), to.data + k * from.size());
    }
    common.loss();
    own_rows.loss();
    for (std::size_t t = 0; t < 3; ++t) {
      const std::vector<real> a = common.features(t), b = own_rows.features(t);
      REQUIRE(a.size() == b.size());
      for (std::size_t i = 0; i < a.size(); ++i)
        CHECK(a[i] == doctest::Approx(static_cast<double>(b[i])).epsilon(1e-6));
    }
  }
}

TEST_CASE("a private part inside the trunk learns with its head's weight, whatever the trunk has") {
  const auto shared = make(stage_sharing_table(), "shared");
  const auto own = make(stage_sharing_table(), "private");
  const std::vector<Stage> stages = dense_stages();
  ParameterStore store{3};
  TrunkModel model(shared_then_private(*own, *shared), stages, store);
  Parameter& stem = store.parameters()[2];
  REQUIRE(stem.name == "trunk/low/b/0/linear/weight");
  const std::vector<double> plain = model.gradient(stem);
  const std::vector<double> ones(3, 1.0);
  for (const double trunk_weight : {0.25, 0.0}) {
    const std::vector<double> border = {1.0, trunk_weight, 1.0};
    model.loss();
    model.plan().backward(ones, border);
    model.plan().weigh(ones, ones);
    std::vector<real> found(plain.size());
    model.plan().gradient(stem, {.data = found.data(), .alpha = 1.0, .beta = 0.0});
    for (std::size_t i = 0; i < plain.size(); ++i) {
      CHECK(static_cast<double>(found[i]) == doctest::Approx(plain[i]).epsilon(1e-5));
    }
  }
}

TEST_CASE("evaluating one stream records only what its tasks need") {
  const auto own = make(stage_sharing_table(), "private");
  const auto shared = make(stage_sharing_table(), "shared");
  const std::vector<Stage> stages = dense_stages();
  ParameterStore store{3};
  TrunkCase c = own_case();
  TrunkModel all(shared_then_private(*own, *shared), stages, store, c);
  c.streams = {{1, 4}};
  c.only = {1};
  c.training = false;
  TrunkModel one(shared_then_private(*own, *shared), stages, store, c);
  one.loss();
  CHECK(one.features(0).size() == 16);
  std::size_t layers = 0;
  for (const Tape::Node& node : one.plan().tape().nodes()) {
    layers += node.op != nullptr && node.op->name() == "linear" ? 1U : 0U;
  }
  CHECK(layers == 2);
}

TEST_CASE("a column that no later unit mixes with others stays its task's own") {
  const auto own = make(stage_sharing_table(), "private");
  const auto shared = make(stage_sharing_table(), "shared");
  const auto stitch = make(stage_sharing_table(), "stitch");
  const Groups pair = {{"a", "b"}, {"c"}}, alone = {{"a"}, {"b"}, {"c"}};
  const std::vector<Stage> stages = dense_stages();
  const auto of_task = [](const std::string& name, const std::string& task) {
    return name.starts_with("trunk/low/" + task + "/") ||
           name.starts_with("trunk/high/" + task + "/");
  };
  for (const TrunkCase& c : {TrunkCase{}, own_case()}) {
    for (const bool grouped : {false, true}) {
      CAPTURE(grouped);
      ParameterStore store{3};
      const StageBlock first =
          grouped ? StageBlock{0, 1, shared.get(), &alone} : StageBlock{0, 1, own.get(), nullptr};
      TrunkModel model({first, {1, 1, stitch.get(), &pair}}, stages, store, c);
      for (const Parameter& p : store.parameters()) {
        CAPTURE(p.name);
        CHECK((p.domain == Domain::task) == of_task(p.name, "c"));
      }
      check_gradients(model, store);
    }
    ParameterStore store{3};  // units of groups of one mix nothing
    TrunkModel model(shared_then_private(*own, *stitch, &alone), stages, store, c);
    CHECK(names_in(store, Domain::shared).empty());
  }
}
