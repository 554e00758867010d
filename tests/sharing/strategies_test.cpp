// What every sharing strategy must keep, whatever it does.
#include <malloc.h>

#include <cmath>

#include "espalier/error.hpp"
#include "espalier/layers.hpp"
#include "sharing/trunk_model.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

/// Options under which a strategy's gradients are derivatives.
std::map<std::string, Option> smooth_options(std::string_view name) {
  if (name == "dselect_k") return {{"entropy", 0.0}, {"gamma", 40.0}};
  if (name == "learn_to_branch") return {{"warmup", 1.0}};
  if (name == "nddr") return {{"relu", false}};
  if (name == "sluice") return {{"orthogonality", 0.1}};
  if (name == "soft") return {{"strength", 0.3}};
  return {};
}

std::vector<Stage> even_stages() {
  std::vector<Stage> stages;
  stages.push_back(linear_stage("low", 4));
  stages.push_back(linear_stage("high", 4));
  return stages;
}

std::vector<TrunkCase> cases() {
  std::vector<TrunkCase> all = {TrunkCase{}, own_case()};
  for (TrunkCase& c : all) c.trunk = {2, 10};
  return all;
}

double penalty_of(const Plan& plan) {
  double sum = 0.0;
  for (const auto& penalty : plan.tape().penalties()) sum += penalty->value();
  return sum;
}

std::vector<double> every_gradient(TrunkModel& model, ParameterStore& store) {
  std::vector<double> all;
  for (const Parameter& parameter : store.parameters()) {
    if (!model.plan().reaches(parameter)) continue;
    const std::vector<double> own = model.gradient(parameter);
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

/// Memory that is given back is overwritten, so that whoever still reads it is found.
class GivenBackIsGone {
 public:
  GivenBackIsGone() { mallopt(M_PERTURB, 0x55); }
  ~GivenBackIsGone() { mallopt(M_PERTURB, 0); }
  GivenBackIsGone(const GivenBackIsGone&) = delete;
  GivenBackIsGone& operator=(const GivenBackIsGone&) = delete;
};

}  // namespace

TEST_CASE("gradients of every strategy are derivatives, on own and on common inputs") {
  const std::vector<Stage> stages = even_stages();
  for (const SharingEntry& entry : sharing_table()) {
    for (const TrunkCase& c : cases()) {
      CAPTURE(entry.name);
      const Chosen strategy =
          chosen(std::string(entry.name).c_str(), 2, smooth_options(entry.name));
      ParameterStore store{3};
      TrunkModel model(strategy.blocks, stages, store, c);
      check_gradients(model, store, [&] { return penalty_of(model.plan()); });
    }
  }
}

TEST_CASE("a lane for each loss gives every strategy the gradients of one lane, and their Gram") {
  const std::vector<Stage> stages = even_stages();
  for (const SharingEntry& entry : sharing_table()) {
    for (TrunkCase c : cases()) {
      CAPTURE(entry.name);
      const Chosen strategy = chosen(std::string(entry.name).c_str(), 2);
      ParameterStore store{3}, other{3};
      TrunkModel one(strategy.blocks, stages, store, c);
      c.plan = {.lanes = LaneMode::per_task, .gram = true};
      TrunkModel lanes(strategy.blocks, stages, other, c);
      const std::vector<double> plain = every_gradient(one, store);
      const std::vector<double> summed = every_gradient(lanes, other);
      REQUIRE(plain.size() == summed.size());
      for (std::size_t i = 0; i < plain.size(); ++i) {
        CHECK(summed[i] == doctest::Approx(plain[i]).epsilon(1e-4).scale(0.01));
      }
      lanes.loss();
      const std::vector<double> ones(3, 1.0);
      lanes.plan().backward(ones, ones);
      std::vector<double> gram(9);
      lanes.plan().gram(gram);
      const std::size_t width = lanes.plan().shared_numbers();
      std::vector<real> rows(3 * std::max<std::size_t>(width, 1));
      lanes.plan().jacobian(rows.data(), width);
      for (std::size_t s = 0; s < 3; ++s) {
        for (std::size_t t = 0; t < 3; ++t) {
          double product = 0.0;
          for (std::size_t i = 0; i < width; ++i) {
            product +=
                static_cast<double>(rows[s * width + i]) * static_cast<double>(rows[t * width + i]);
          }
          CHECK(gram[s * 3 + t] == doctest::Approx(product).epsilon(1e-4).scale(0.01));
        }
      }
    }
  }
}

TEST_CASE("a task's features do not depend on whether inputs are its own or common") {
  const std::vector<Stage> stages = even_stages();
  for (const SharingEntry& entry : sharing_table()) {
    CAPTURE(entry.name);
    const Chosen strategy = chosen(std::string(entry.name).c_str(), 2);
    ParameterStore store{3};
    TrunkCase together;
    TrunkCase apart = {.stream_of = {0, 1, 2}, .streams = {{0, 4}, {1, 4}, {2, 4}}};
    together.trunk = apart.trunk = {2, 10};
    TrunkModel common(strategy.blocks, stages, store, together);
    TrunkModel own(strategy.blocks, stages, store, apart);
    const Tensor from = common.input(), to = own.input();
    for (Index k = 0; k < 3; ++k) std::ranges::copy(from.span(), to.data + k * from.size());
    common.loss(5);
    own.loss(5);
    for (std::size_t t = 0; t < 3; ++t) {
      const std::vector<real> a = common.features(t), b = own.features(t);
      REQUIRE(a.size() == b.size());
      for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i] == doctest::Approx(static_cast<double>(b[i])).epsilon(1e-5).scale(0.1));
      }
    }
  }
}

TEST_CASE("evaluating one stream alone finds the trained parameters and makes no others") {
  const std::vector<Stage> stages = even_stages();
  for (const SharingEntry& entry : sharing_table()) {
    for (const TrunkCase& c : cases()) {
      CAPTURE(entry.name);
      const Chosen strategy = chosen(std::string(entry.name).c_str(), 2);
      ParameterStore store{3};
      TrunkModel trained(strategy.blocks, stages, store, c);
      trained.loss();
      const std::size_t parameters = store.parameters().size(), buffers = store.buffers().size();
      for (const StreamRows& stream : c.streams) {
        TrunkCase one = c;
        one.streams = {stream};
        one.training = false;
        one.trunk = {};
        one.only.clear();
        for (int t = 0; t < 3; ++t) {
          if (c.stream_of[static_cast<std::size_t>(t)] == stream.stream) one.only.push_back(t);
        }
        TrunkModel evaluated(strategy.blocks, stages, store, one);
        CHECK(std::isfinite(evaluated.loss()));
      }
      CHECK(store.parameters().size() == parameters);
      CHECK(store.buffers().size() == buffers);
    }
  }
}

TEST_CASE("a single task trains under every strategy") {
  const std::vector<Stage> stages = even_stages();
  for (const SharingEntry& entry : sharing_table()) {
    CAPTURE(entry.name);
    const Chosen strategy = chosen(std::string(entry.name).c_str(), 2);
    ParameterStore store{3};
    TrunkModel model(strategy.blocks, stages, store,
                     {.tasks = {"a"}, .stream_of = {0}, .streams = {{0, 4}}, .trunk = {2, 10}});
    double norm = 0.0;
    for (const double g : every_gradient(model, store)) norm += g * g;
    CHECK(norm > 0.0);
  }
}

TEST_CASE("the same seed gives the same bits") {
  const std::vector<Stage> stages = even_stages();
  for (const SharingEntry& entry : sharing_table()) {
    CAPTURE(entry.name);
    const Chosen strategy = chosen(std::string(entry.name).c_str(), 2);
    TrunkCase c;
    c.trunk = {2, 10};
    ParameterStore first{3}, second{3};
    TrunkModel a(strategy.blocks, stages, first, c), b(strategy.blocks, stages, second, c);
    CHECK(every_gradient(a, first) == every_gradient(b, second));
  }
}

TEST_CASE("groups of every strategy keep apart") {
  const std::vector<Stage> stages = even_stages();
  const Groups groups = {{"a", "c"}, {"b", "d"}};
  for (const SharingEntry& entry : sharing_table()) {
    for (const bool own : {false, true}) {
      CAPTURE(entry.name);
      CAPTURE(own);
      Chosen strategy = chosen(std::string(entry.name).c_str(), 2);
      for (StageBlock& block : strategy.blocks) block.groups = &groups;
      TrunkCase c = {.tasks = {"a", "b", "c", "d"}, .stream_of = {0, 0, 0, 0}, .trunk = {2, 10}};
      if (own) {
        c.stream_of = {0, 1, 2, 3};
        c.streams = {{0, 3}, {1, 4}, {2, 2}, {3, 3}};
      }
      ParameterStore store{3};
      TrunkModel model(strategy.blocks, stages, store, c);
      model.loss();
      const std::vector<real> a = model.features(0), d = model.features(3);
      bool moved = false;
      for (Parameter& p : store.parameters()) {
        if (p.name.find("b+d") == std::string::npos) continue;
        for (real& number : p.value.span()) number += real(0.3);
        moved = true;
      }
      CHECK(moved);
      model.loss();
      CHECK(model.features(0) == a);
      CHECK(model.features(3) != d);
      if (!own) continue;
      TrunkCase one = c;  // evaluation of a stream that one group alone has
      one.streams = {{1, 4}};
      one.only = {1};
      one.training = false;
      one.trunk = {};
      const std::size_t parameters = store.parameters().size();
      TrunkModel evaluated(strategy.blocks, stages, store, one);
      CHECK(std::isfinite(evaluated.loss()));
      CHECK(store.parameters().size() == parameters);
    }
  }
}

TEST_CASE("a shared flow ends where groups that had one each come together") {
  const std::vector<Stage> stages = even_stages();
  const auto attention = make(stage_sharing_table(), "attention");
  const auto shared = make(stage_sharing_table(), "shared");
  const Groups groups = {{"a", "c"}, {"b"}};
  ParameterStore store{3};
  const std::vector<StageBlock> same = {{0, 1, attention.get(), &groups},
                                        {1, 1, attention.get(), nullptr}};
  CHECK_THROWS_WITH_AS(TrunkModel(same, stages, store),
                       "[attention] expected one value that enters the stage for all tasks, found "
                       "one for each; nearest: stages that are shared, or attention, before it",
                       ShapeError);
  const std::vector<StageBlock> after = {{0, 1, attention.get(), &groups},
                                         {1, 1, shared.get(), nullptr}};
  ParameterStore other{3};
  TrunkModel model(after, stages, other);
  check_gradients(model, other);
}

TEST_CASE("images pass through every strategy") {
  for (const SharingEntry& entry : sharing_table()) {
    CAPTURE(entry.name);
    std::vector<Stage> stages(2);
    stages[0].name = "conv";
    stages[0].layers.push_back(use("conv", {{"channels", Index{4}}}));
    stages[0].layers.push_back(use("relu"));
    stages[0].layers.push_back(use("max_pool", {{"kernel", Index{2}}}));
    stages[1] = linear_stage("dense", 4);
    const Chosen strategy = chosen(std::string(entry.name).c_str(), 2);
    TrunkCase c = own_case();
    c.sample = {6, 6, 2};
    c.trunk = {2, 10};
    ParameterStore store{3};
    TrunkModel model(strategy.blocks, stages, store, c);
    CHECK(std::isfinite(model.loss()));
    CHECK(model.features(0).size() == 12);
  }
}

TEST_CASE("every strategy is recorded the same wherever the tape's memory moves") {
  std::vector<Stage> stages(2);
  stages[0].name = "low";
  stages[0].layers.push_back(use("conv", {{"channels", Index{4}}}));
  stages[1].name = "high";
  stages[1].layers.push_back(use("conv", {{"channels", Index{4}}}));
  stages[1].layers.push_back(use("max_pool", {{"kernel", Index{2}}}));
  const std::vector<std::string> streams = {"s"}, tasks = {"a", "b"};
  const std::vector<TaskSlot> slots = {{0, 0, 0}, {1, 1, 0}};
  const GivenBackIsGone gone;
  for (const SharingEntry& entry : sharing_table()) {
    const Chosen strategy = chosen(std::string(entry.name).c_str(), 2);
    std::vector<std::string> first;
    for (int before = 0; before < 70; ++before) {  // values on the tape before the trunk
      CAPTURE(entry.name);
      CAPTURE(before);
      ParameterStore store{3};
      Tape tape(true);
      for (int k = 0; k < before; ++k) tape.input("other", {1}, Dtype::floating, {{0, 4}});
      const Var x = tape.input("x", {4, 4, 1}, Dtype::floating, {{0, 4}});
      TrunkRecorder recorder({tape, store, streams, Domain::shared, "trunk"}, x, stages, tasks);
      for (const Var features : recorder.record(strategy.blocks, slots)) {
        CHECK(tape.shape(features) == Shape{4, 2, 2, 4});
      }
      std::vector<std::string> made;
      for (const Parameter& p : store.parameters()) {
        made.push_back(p.name + to_string(p.value.shape));
      }
      if (before == 0) first = made;
      CHECK(made == first);
    }
  }
}
