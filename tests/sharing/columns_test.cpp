// What strategies with a column for each task keep where groups, odd weights or no units are asked.
#include <cmath>

#include "sharing/trunk_model.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

std::vector<Stage> even_stages() {
  std::vector<Stage> stages;
  stages.push_back(linear_stage("low", 4));
  stages.push_back(linear_stage("high", 4));
  return stages;
}

}  // namespace

TEST_CASE("a group of which nobody asks anything stays out") {
  const std::vector<Stage> stages = even_stages();
  const Groups groups = {{"a", "b"}, {"c"}};
  for (const SharingEntry& entry : sharing_table()) {
    const std::string name(entry.name);
    CAPTURE(name);
    Chosen strategy = chosen(name.c_str(), 2);
    for (StageBlock& block : strategy.blocks) block.groups = &groups;
    ParameterStore store{3};
    TrunkModel trained(strategy.blocks, stages, store, own_case());
    CHECK(std::isfinite(trained.loss()));
    const std::size_t parameters = store.parameters().size();
    for (int t = 0; t < 3; ++t) {
      TrunkCase one = own_case();
      one.streams = {one.streams[static_cast<std::size_t>(t)]};
      one.only = {t};
      one.training = false;
      TrunkModel evaluated(strategy.blocks, stages, store, one);
      CHECK(std::isfinite(evaluated.loss()));
    }
    CHECK(store.parameters().size() == parameters);
  }
}

TEST_CASE("subspaces are those of the weights that the penalty counts") {
  std::vector<Stage> stages(1);
  stages[0].name = "conv";
  stages[0].layers.push_back(use("conv", {{"channels", Index{3}}}));
  stages[0].layers.push_back(use("flatten"));
  TrunkCase c = own_case();
  c.sample = {2, 2, 2};
  ParameterStore store{3}, other{3};
  const Chosen strategy = chosen("sluice", 1, {{"orthogonality", 0.1}});
  CHECK_THROWS_WITH_AS(TrunkModel(strategy.blocks, stages, store, c),
                       "[sluice] expected a last weight with a row for each of the 12 channels of "
                       "'a' under orthogonality, found (3, 3, 3, 2); nearest: layers that reshape "
                       "at the beginning of the next stage",
                       ShapeError);
  const Chosen free = chosen("sluice", 1);
  CHECK(std::isfinite(TrunkModel(free.blocks, stages, other, c).loss()));
}

namespace {

/// A sluice network of two stages with a mixture, whose betas are set.
struct Mixture {
  Chosen strategy;
  std::vector<Stage> stages = even_stages();
  ParameterStore store{3};
  std::unique_ptr<TrunkModel> model;

  Mixture(bool mixture, const TrunkCase& c) : strategy(chosen("sluice", 2, options(mixture))) {
    model = std::make_unique<TrunkModel>(strategy.blocks, stages, store, c);
  }
  static std::map<std::string, Option> options(bool mixture) {
    return {{"mixture", mixture}, {"orthogonality", 0.1}};
  }
  void set_betas(double low, double high) {
    int found = 0;
    for (Parameter& p : store.parameters()) {
      if (p.name.find("/beta/stages") == std::string::npos) continue;
      p.value.data[0] = static_cast<real>(low);
      p.value.data[1] = static_cast<real>(high);
      ++found;
    }
    REQUIRE(found == 3);
  }
};

std::vector<TrunkCase> cases() {
  std::vector<TrunkCase> all = {TrunkCase{}, own_case()};
  for (TrunkCase& c : all) c.trunk = {2, 10};
  return all;
}

std::string same(const std::string& name) { return name; }

}  // namespace

TEST_CASE("a mixture over stages starts from the network without one") {
  for (const TrunkCase& c : cases()) {
    Mixture plain(false, c), mixed(true, c);
    plain.model->loss();
    mixed.model->loss();
    for (std::size_t t = 0; t < 3; ++t) {
      CHECK(plain.model->features(t) == mixed.model->features(t));
    }
    std::size_t compared = 0;
    for (const Parameter& p : plain.store.parameters()) {
      for (const Parameter& q : mixed.store.parameters()) {
        if (q.name != p.name) continue;
        CHECK(q.domain == p.domain);
        const std::vector<double> g = plain.model->gradient(p), h = mixed.model->gradient(q);
        for (std::size_t i = 0; i < g.size(); ++i) {
          CHECK(h[i] == doctest::Approx(g[i]).epsilon(1e-5).scale(0.1));
        }
        ++compared;
      }
    }
    CHECK(compared == plain.store.parameters().size());
    CHECK(mixed.store.parameters().size() == compared + 3);
  }
}

TEST_CASE("a mixture adds the stages up with its betas, and each task owns its own") {
  for (const TrunkCase& c : cases()) {
    Mixture low(true, c), high(true, c), both(true, c);
    copy_parameters(both.store, low.store, same);
    copy_parameters(both.store, high.store, same);
    low.set_betas(1, 0);
    high.set_betas(0, 1);
    both.set_betas(0.3, -2);
    low.model->loss();
    high.model->loss();
    both.model->loss();
    for (std::size_t t = 0; t < 3; ++t) {
      const std::vector<real> x = low.model->features(t), y = high.model->features(t);
      const std::vector<real> sum = both.model->features(t);
      CHECK(x != y);
      for (std::size_t i = 0; i < sum.size(); ++i) {
        CHECK(sum[i] ==
              doctest::Approx(0.3 * static_cast<double>(x[i]) - 2 * static_cast<double>(y[i]))
                  .epsilon(1e-4)
                  .scale(0.1));
      }
    }
    for (const Parameter& p : both.store.parameters()) {
      const bool beta = p.name.find("/beta/") != std::string::npos;
      CHECK((p.domain == Domain::task) == beta);
    }
  }
  // what the first stage alone gives is a network of one stage
  Mixture first(true, TrunkCase{});
  first.set_betas(1, 0);
  std::vector<Stage> one;
  one.push_back(linear_stage("low", 4));
  const Chosen sluice = chosen("sluice", 1);
  ParameterStore store{3};
  TrunkModel alone(sluice.blocks, one, store, TrunkCase{});
  copy_parameters(first.store, store, same);
  alone.loss();
  first.model->loss();
  CHECK(alone.features(1) == first.model->features(1));
}

TEST_CASE("gradients through a mixture are derivatives, by lanes too") {
  for (TrunkCase c : cases()) {
    Mixture one(true, c);
    one.set_betas(0.4, 0.7);
    check_gradients(*one.model, one.store, [&] {
      double sum = 0.0;
      for (const auto& penalty : one.model->plan().tape().penalties()) sum += penalty->value();
      return sum;
    });
    c.plan = {.lanes = LaneMode::per_task, .gram = true};
    Mixture lanes(true, c);
    copy_parameters(one.store, lanes.store, same);
    for (const Parameter& p : one.store.parameters()) {
      const auto q = std::ranges::find(lanes.store.parameters(), p.name, &Parameter::name);
      REQUIRE(q != lanes.store.parameters().end());
      const std::vector<double> g = one.model->gradient(p), h = lanes.model->gradient(*q);
      for (std::size_t i = 0; i < g.size(); ++i) {
        CHECK(h[i] == doctest::Approx(g[i]).epsilon(1e-4).scale(0.01));
      }
    }
  }
}

TEST_CASE(
    "evaluating one stream of a mixture makes no parameters; stages of two shapes are refused") {
  Mixture trained(true, own_case());
  const std::size_t parameters = trained.store.parameters().size();
  for (int t = 0; t < 3; ++t) {
    TrunkCase one = own_case();
    one.streams = {one.streams[static_cast<std::size_t>(t)]};
    one.only = {t};
    one.training = false;
    TrunkModel evaluated(trained.strategy.blocks, trained.stages, trained.store, one);
    CHECK(std::isfinite(evaluated.loss()));
  }
  CHECK(trained.store.parameters().size() == parameters);
  std::vector<Stage> stages;
  stages.push_back(linear_stage("low", 6));
  stages.push_back(linear_stage("high", 4));
  ParameterStore store{3};
  CHECK_THROWS_WITH_AS(TrunkModel(trained.strategy.blocks, stages, store),
                       "[sluice] expected stages of one shape under mixture, found (6) before (4); "
                       "nearest: mixture: false",
                       ShapeError);
}

TEST_CASE("stitched columns without a unit are no sharing, but the balancer's") {
  const auto stitch = make(stage_sharing_table(), "stitch", {{"unit", false}});
  const auto own = make(stage_sharing_table(), "private");
  const std::vector<Stage> stages = even_stages();
  for (const TrunkCase& c : cases()) {
    const std::vector<StageBlock> columns = {{0, 1, stitch.get()}, {1, 1, stitch.get()}};
    const std::vector<StageBlock> none = {{0, 1, own.get()}, {1, 1, own.get()}};
    ParameterStore first{3}, second{3};
    TrunkModel a(columns, stages, first, c), b(none, stages, second, c);
    a.loss();
    b.loss();
    for (std::size_t t = 0; t < 3; ++t) CHECK(a.features(t) == b.features(t));
    for (const Parameter& p : first.parameters()) CHECK(p.domain == Domain::shared);
    for (const Parameter& p : second.parameters()) CHECK(p.domain == Domain::task);
  }
}

TEST_CASE("a task alone is a plain network, whatever mixes its column") {
  const std::vector<Stage> stages = even_stages();
  const TrunkCase one = {.tasks = {"a"}, .stream_of = {0}, .streams = {{0, 4}}, .trunk = {2, 10}};
  using Options = std::map<std::string, Option>;
  const std::vector<std::pair<const char*, Options>> mixers = {
      {"cross_stitch", Options{{"last", true}}},
      {"cross_stitch", Options{{"last", true}, {"per", std::string("scalar")}}},
      {"nddr", Options{{"norm", false}, {"relu", false}}},
      {"sluice", Options{{"subspaces", Index{1}}}}};
  const Chosen none = chosen("none", 2);
  ParameterStore plain{3};
  TrunkModel expected(none.blocks, stages, plain, one);
  expected.loss();
  for (const auto& mixer : mixers) {
    CAPTURE(mixer.first);
    const Chosen strategy = chosen(mixer.first, 2, mixer.second);
    ParameterStore store{3};
    TrunkModel model(strategy.blocks, stages, store, one);
    copy_parameters(plain, store, same);
    model.loss();
    const std::vector<real> x = expected.features(0), y = model.features(0);
    REQUIRE(x.size() == y.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      CHECK(y[i] == doctest::Approx(static_cast<double>(x[i])).epsilon(1e-6));
    }
  }
}
