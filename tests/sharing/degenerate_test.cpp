// With its degenerate setting a strategy is a simpler one, exactly: same values, same gradients,
// from the same parameters. And what its equation says, on numbers worked out from simpler models.
#include "espalier/layers.hpp"
#include "sharing/trunk_model.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

struct Model {
  Chosen strategy;
  std::vector<Stage> stages;
  ParameterStore store{3};
  std::unique_ptr<TrunkModel> model;

  Model(const char* name, const std::map<std::string, Option>& options, const TrunkCase& c,
        std::size_t count = 2)
      : strategy(chosen(name, count, options)) {
    stages.push_back(linear_stage("low", 4));
    if (count > 1) stages.push_back(linear_stage("high", 4));
    model = std::make_unique<TrunkModel>(strategy.blocks, stages, store, c);
  }
  Parameter& parameter(const std::string& name) {
    const auto at = std::ranges::find(store.parameters(), name, &Parameter::name);
    REQUIRE(at != store.parameters().end());
    return *at;
  }
  std::vector<std::string> names(Domain domain) const {
    std::vector<std::string> found;
    for (const Parameter& p : const_cast<ParameterStore&>(store).parameters()) {
      if (p.domain == domain) found.push_back(p.name);
    }
    return found;
  }
};

std::string same(const std::string& name) { return name; }

void check_equal(Model& a, Model& b,
                 const std::function<std::string(const std::string&)>& renamed) {
  copy_parameters(a.store, b.store, renamed);
  a.model->loss();
  b.model->loss();
  for (std::size_t t = 0; t < 3; ++t) {
    const std::vector<real> x = a.model->features(t), y = b.model->features(t);
    REQUIRE(x.size() == y.size());
    for (std::size_t i = 0; i < x.size(); ++i)
      CHECK(x[i] == doctest::Approx(static_cast<double>(y[i])).epsilon(1e-6));
  }
  for (Parameter& parameter : a.store.parameters()) {
    const auto other =
        std::ranges::find(b.store.parameters(), renamed(parameter.name), &Parameter::name);
    if (other == b.store.parameters().end()) continue;
    const std::vector<double> g = a.model->gradient(parameter), h = b.model->gradient(*other);
    for (std::size_t i = 0; i < g.size(); ++i) {
      CHECK(g[i] == doctest::Approx(h[i]).epsilon(1e-5).scale(0.1));
    }
  }
}

std::vector<TrunkCase> cases() {
  std::vector<TrunkCase> all = {TrunkCase{}, own_case()};
  for (TrunkCase& c : all) c.trunk = {2, 10};
  return all;
}

bool holds(const std::vector<std::string>& names, const std::string& part) {
  return std::ranges::any_of(
      names, [&](const std::string& name) { return name.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("columns that are not mixed are no sharing") {
  const std::map<std::string, Option> identity = {{"same", 1.0}, {"other", 0.0}};
  for (const TrunkCase& c : cases()) {
    Model none("none", {}, c);
    Model stitch("cross_stitch", identity, c);
    check_equal(none, stitch, same);
    Model scalar("cross_stitch", {{"same", 1.0}, {"other", 0.0}, {"per", std::string("scalar")}},
                 c);
    check_equal(none, scalar, same);
    Model nddr("nddr", {{"same", 1.0}, {"other", 0.0}, {"norm", false}, {"relu", false}}, c);
    check_equal(none, nddr, same);
    Model sluice("sluice", identity, c);
    check_equal(none, sluice, same);
    Model soft("soft", {{"strength", 0.0}}, c);
    check_equal(none, soft, same);
  }
}

TEST_CASE("one expert is hard sharing") {
  const auto expert = [](const std::string& name) {
    const std::size_t slash = name.find('/', 6);
    return name.substr(0, slash) + "/expert0" + name.substr(slash);
  };
  for (const TrunkCase& c : cases()) {
    Model hard("hard", {}, c);
    Model mmoe("mmoe", {{"experts", Index{1}}}, c);
    check_equal(hard, mmoe, expert);
    Model ple("ple", {{"shared", Index{1}}, {"private", Index{0}}}, c);
    check_equal(hard, ple, expert);
  }
}

TEST_CASE("CGC without private experts is MMoE, and PLE of one stage is CGC") {
  for (const TrunkCase& c : cases()) {
    Model mmoe("mmoe", {{"experts", Index{3}}}, c);
    Model cgc("cgc", {{"shared", Index{3}}, {"private", Index{0}}}, c);
    check_equal(mmoe, cgc, same);
    Model one("cgc", {}, c, 1), level("ple", {}, c, 1);
    check_equal(one, level, same);
    CHECK(one.names(Domain::shared) == level.names(Domain::shared));
  }
}

TEST_CASE("top 1 is the expert with the largest logit") {
  const TrunkCase c;
  Model hard("hard", {}, c);
  Model top("mmoe", {{"experts", Index{3}}, {"gate", std::string("top_k")}, {"k", Index{1}}}, c);
  copy_parameters(hard.store, top.store, [](const std::string& name) {
    const std::size_t slash = name.find('/', 6);
    return name.substr(0, slash) + "/expert1" + name.substr(slash);
  });
  for (Parameter& p : top.store.parameters()) {
    if (p.name.find("/gate/") == std::string::npos) continue;
    std::ranges::fill(p.value.span(), real{0});
    if (p.name.ends_with("/bias")) p.value.data[1] = 1;
  }
  hard.model->loss();
  top.model->loss();
  for (std::size_t t = 0; t < 3; ++t) {
    const std::vector<real> x = hard.model->features(t), y = top.model->features(t);
    for (std::size_t i = 0; i < x.size(); ++i) {
      CHECK(y[i] == doctest::Approx(static_cast<double>(x[i])).epsilon(1e-6));
    }
  }
}

TEST_CASE("adapters start from hard sharing") {
  for (const TrunkCase& c : cases()) {
    Model hard("hard", {}, c);
    for (const char* kind : {"residual", "bottleneck"}) {
      Model adapters("adapters", {{"kind", std::string(kind)}}, c);
      check_equal(hard, adapters, same);
    }
    Model normed("adapters", {{"norm", true}}, c);
    hard.model->loss();
    normed.model->loss();
    CHECK(hard.model->features(1) == normed.model->features(1));
  }
}

TEST_CASE("attention that looks at everything is hard sharing") {
  for (const TrunkCase& c : cases()) {
    Model hard("hard", {}, c);
    Model mtan("mtan", {{"norm", false}}, c);
    for (Parameter& p : mtan.store.parameters()) {
      if (p.name.find("/mask/h/bias") == std::string::npos) continue;
      for (real& number : p.value.span()) number = 60;
    }
    check_equal(hard, mtan, same);
  }
}

TEST_CASE("a settled branch is the tree that it has chosen") {
  TrunkCase c;
  c.training = false;
  Model none("none", {}, c), own("learn_to_branch", {}, c), all("learn_to_branch", {}, c);
  for (int t = 0; t < 3; ++t) {
    const std::string name = std::string("trunk/high/") + "abc"[t] + "/choice/logits";
    own.parameter(name).value.data[t] = 1;
    all.parameter(name).value.data[1] = 1;  // everyone reads what b makes
  }
  copy_parameters(none.store, own.store, same);
  copy_parameters(none.store, all.store, same);
  none.model->loss();
  own.model->loss();
  all.model->loss();
  for (std::size_t t = 0; t < 3; ++t) CHECK(own.model->features(t) == none.model->features(t));
  CHECK(all.model->features(1) == none.model->features(1));
  CHECK(all.model->features(0) != none.model->features(0));
}

TEST_CASE("a cross-stitch unit adds the columns up with its coefficients") {
  const TrunkCase c;
  Model none("none", {}, c, 1);
  Model stitch("cross_stitch", {{"same", 0.7}, {"other", 0.4}, {"last", true}}, c, 1);
  copy_parameters(none.store, stitch.store, same);
  none.model->loss();
  stitch.model->loss();
  for (std::size_t t = 0; t < 3; ++t) {
    const std::vector<real> y = stitch.model->features(t);
    for (std::size_t i = 0; i < y.size(); ++i) {
      double sum = 0.0;
      for (std::size_t j = 0; j < 3; ++j) {
        sum += (j == t ? 0.7 : 0.2) * static_cast<double>(none.model->features(j)[i]);
      }
      CHECK(static_cast<double>(y[i]) == doctest::Approx(sum));
    }
  }
}

TEST_CASE("gates without weights take the mean of the experts") {
  const TrunkCase c;
  Model none("none", {}, c), mmoe("mmoe", {{"experts", Index{3}}}, c);
  copy_parameters(none.store, mmoe.store, [](std::string name) {
    for (const char* task : {"/a/", "/b/", "/c/"}) {
      const std::size_t at = name.find(task);
      if (at == std::string::npos) continue;
      return name.replace(at, 3,
                          std::string("/expert") + static_cast<char>('0' + task[1] - 'a') + "/");
    }
    return name;
  });
  for (Parameter& p : mmoe.store.parameters()) {
    if (p.name.find("/gate/") != std::string::npos) std::ranges::fill(p.value.span(), real{0});
  }
  none.model->loss();
  mmoe.model->loss();
  const std::vector<real> y = mmoe.model->features(1);
  for (std::size_t i = 0; i < y.size(); ++i) {
    double sum = 0.0;
    for (std::size_t e = 0; e < 3; ++e) sum += static_cast<double>(none.model->features(e)[i]) / 3;
    CHECK(static_cast<double>(y[i]) == doctest::Approx(sum));
  }
}

TEST_CASE("shared parameters are those that the papers share") {
  const TrunkCase c;
  CHECK(Model("soft", {}, c).names(Domain::shared).empty());
  CHECK(Model("none", {}, c).names(Domain::shared).empty());
  CHECK(Model("cross_stitch", {}, c).names(Domain::task).empty());
  CHECK(Model("nddr", {}, c).names(Domain::task).empty());
  CHECK(Model("sluice", {}, c).names(Domain::task).empty());
  CHECK(Model("learn_to_branch", {}, c).names(Domain::task).empty());
  const Model mmoe("mmoe", {}, c);
  CHECK(!holds(mmoe.names(Domain::shared), "/gate/"));
  CHECK(!holds(mmoe.names(Domain::task), "/expert"));
  const Model adapters("adapters", {}, c);
  CHECK(!holds(adapters.names(Domain::shared), "/adapter/"));
  CHECK(holds(adapters.names(Domain::task), "/adapter/weights"));
  const Model mtan("mtan", {}, c);
  CHECK(holds(mtan.names(Domain::shared), "/fit/"));
  CHECK(!holds(mtan.names(Domain::shared), "/mask/"));
  const Model ple("ple", {}, c);
  CHECK(holds(ple.names(Domain::shared), "trunk/low/a/expert0"));
  CHECK(holds(ple.names(Domain::shared), "trunk/low/gate"));
  CHECK(holds(ple.names(Domain::task), "trunk/high/a/expert0"));
  CHECK(holds(ple.names(Domain::task), "trunk/high/a/gate"));
  CHECK(!holds(ple.names(Domain::shared), "trunk/high/gate"));
}

TEST_CASE("what stands before a stage that mixes is the balancer's") {
  const auto own = make(stage_sharing_table(), "private");
  const auto stitch = make(stage_sharing_table(), "stitch");
  std::vector<Stage> stages = dense_stages();
  ParameterStore store{3};
  const std::vector<StageBlock> blocks = {{0, 1, own.get(), nullptr},
                                          {1, 1, stitch.get(), nullptr}};
  TrunkModel model(blocks, stages, store);
  for (const Parameter& p : store.parameters()) CHECK(p.domain == Domain::shared);
  const auto shared = make(stage_sharing_table(), "shared");
  const Groups alone = {{"a"}, {"b"}, {"c"}};
  ParameterStore other{3};
  const std::vector<StageBlock> grouped = {{0, 1, shared.get(), &alone},
                                           {1, 1, stitch.get(), nullptr}};
  TrunkModel same(grouped, stages, other);
  for (const Parameter& p : other.parameters()) CHECK(p.domain == Domain::shared);
}

TEST_CASE("experts and attention behind columns that differ say what they need") {
  const auto own = make(stage_sharing_table(), "private");
  const auto attention = make(stage_sharing_table(), "attention");
  std::vector<Stage> stages = dense_stages();
  ParameterStore store{3};
  const std::vector<StageBlock> blocks = {{0, 1, own.get(), nullptr},
                                          {1, 1, attention.get(), nullptr}};
  CHECK_THROWS_WITH_AS(TrunkModel(blocks, stages, store),
                       "[attention] expected one value that enters the stage for all tasks, found "
                       "one for each; nearest: stages that are shared, or attention, before it",
                       ShapeError);
  CHECK_THROWS_WITH_AS(Model("dselect_k", {{"experts", Index{3}}}, TrunkCase{}),
                       "[dselect] expected experts that are a power of two, found 3; nearest: 4",
                       ShapeError);
}
