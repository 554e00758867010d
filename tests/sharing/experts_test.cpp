// Stages of experts beyond what the degenerate settings show: levels, groups, flows that differ.
#include <cmath>

#include "sharing/trunk_model.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

using Options = std::map<std::string, Option>;

struct Levels {
  std::vector<std::unique_ptr<StageSharing>> sharings;
  std::vector<Stage> stages;
  Groups groups;
  std::vector<StageBlock> blocks;
  ParameterStore store{3};
  std::unique_ptr<TrunkModel> model;

  Levels(const std::vector<std::pair<const char*, Options>>& levels, const TrunkCase& c,
         Groups of = {})
      : groups(std::move(of)) {
    for (std::size_t s = 0; s < levels.size(); ++s) {
      const std::string name = "s" + std::to_string(s);
      stages.push_back(linear_stage(name.c_str(), 2));
      sharings.push_back(make(stage_sharing_table(), levels[s].first, levels[s].second));
      blocks.push_back({s, 1, sharings.back().get(), groups.empty() ? nullptr : &groups});
    }
    model = std::make_unique<TrunkModel>(blocks, stages, store, c);
  }
  Parameter* find(const std::string& name) {
    const auto at = std::ranges::find(store.parameters(), name, &Parameter::name);
    return at == store.parameters().end() ? nullptr : &*at;
  }
  bool shares(const std::string& name) {
    Parameter* const p = find(name);
    REQUIRE(p != nullptr);
    return p->domain == Domain::shared;
  }
  /// Layer `column` of a stage on x, by hand.
  std::vector<double> layer(const std::string& column, const std::vector<double>& x) {
    Parameter* const w = find(column + "/0/linear/weight");
    Parameter* const b = find(column + "/0/linear/bias");
    REQUIRE(w != nullptr);
    std::vector<double> y = affine(*w, *b, x);
    for (double& number : y) number = std::tanh(number);
    return y;
  }
  /// sum_e softmax(W x + b)_e values_e
  std::vector<double> gate(const std::string& name, const std::vector<double>& x,
                           const std::vector<std::vector<double>>& values) {
    Parameter* const w = find(name + "/linear/weight");
    Parameter* const b = find(name + "/linear/bias");
    REQUIRE(w != nullptr);
    const std::vector<double> logits = affine(*w, *b, x);
    REQUIRE(logits.size() == values.size());
    double sum = 0.0;
    std::vector<double> y(values[0].size());
    for (const double logit : logits) sum += std::exp(logit);
    for (std::size_t e = 0; e < values.size(); ++e) {
      for (std::size_t i = 0; i < y.size(); ++i) y[i] += std::exp(logits[e]) / sum * values[e][i];
    }
    return y;
  }

 private:
  static std::vector<double> affine(const Parameter& w, const Parameter& b,
                                    const std::vector<double>& x) {
    std::vector<double> y;
    for (std::size_t o = 0; o < static_cast<std::size_t>(w.value.shape[0]); ++o) {
      double sum = static_cast<double>(b.value.data[o]);
      for (std::size_t i = 0; i < x.size(); ++i) {
        sum += static_cast<double>(w.value.data[o * x.size() + i]) * x[i];
      }
      y.push_back(sum);
    }
    return y;
  }
};

std::vector<TrunkCase> cases() { return {TrunkCase{}, own_case()}; }

}  // namespace

TEST_CASE("two levels of experts compute what the equations of PLE say") {
  const Options options = {{"shared", Index{1}}, {"private", Index{1}}};
  TrunkCase c;
  c.tasks = {"a", "b"};
  c.stream_of = {0, 0};
  c.streams = {{0, 1}};
  Levels ple({{"experts", options}, {"experts", options}}, c);
  ple.model->loss();
  std::vector<double> x;
  for (const real number : ple.model->input().span()) x.push_back(static_cast<double>(number));
  const std::vector<double> s = ple.layer("trunk/s0/expert0", x);
  const std::vector<double> a = ple.layer("trunk/s0/a/expert0", x);
  const std::vector<double> b = ple.layer("trunk/s0/b/expert0", x);
  const std::vector<double> shared = ple.gate("trunk/s0/gate", x, {s, a, b});
  const std::vector<double> next = ple.layer("trunk/s1/expert0", shared);
  for (std::size_t t = 0; t < 2; ++t) {
    const std::string task = t == 0 ? "a" : "b";
    const std::vector<double> low = ple.gate("trunk/s0/" + task + "/gate", x, {s, t == 0 ? a : b});
    const std::vector<double> own = ple.layer("trunk/s1/" + task + "/expert0", low);
    const std::vector<double> y = ple.gate("trunk/s1/" + task + "/gate", low, {next, own});
    const std::vector<real> found = ple.model->features(t);
    REQUIRE(found.size() == y.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      CHECK(static_cast<double>(found[i]) == doctest::Approx(y[i]).epsilon(1e-5));
    }
  }
}

TEST_CASE("experts of their own alone ask for no shared flow") {
  const Options shared = {{"shared", Index{1}}, {"private", Index{1}}};
  const Options alone = {{"shared", Index{0}}, {"private", Index{2}}};
  for (const TrunkCase& c : cases()) {
    Levels levels({{"experts", shared}, {"experts", alone}}, c);
    CHECK(levels.find("trunk/s0/gate/linear/weight") == nullptr);
    CHECK(levels.shares("trunk/s0/expert0/0/linear/weight"));
    CHECK(!levels.shares("trunk/s0/a/expert0/0/linear/weight"));
    CHECK(!levels.shares("trunk/s1/a/expert0/0/linear/weight"));
    check_gradients(*levels.model, levels.store);
  }
}

TEST_CASE("experts of a group stay in the group, at every level") {
  const Options options = {{"shared", Index{1}}, {"private", Index{1}}};
  for (const TrunkCase& c : cases()) {
    Levels levels({{"experts", options}, {"experts", options}}, c, {{"a"}, {"b", "c"}});
    levels.model->loss();
    const std::vector<real> before = levels.model->features(0);
    for (Parameter& p : levels.store.parameters()) {
      if (p.name.find("/b+c") == std::string::npos) continue;
      for (real& number : p.value.span()) number += 1;
    }
    levels.model->loss();
    CHECK(levels.model->features(0) == before);
    for (int t = 0; t < 3; ++t) {  // each evaluated alone
      const std::vector<real> trained = levels.model->features(static_cast<std::size_t>(t));
      TrunkCase one = c;
      one.training = false;
      one.only = {t};
      if (c.streams.size() > 1) one.streams = {c.streams[static_cast<std::size_t>(t)]};
      const std::size_t parameters = levels.store.parameters().size();
      TrunkModel evaluated(levels.blocks, levels.stages, levels.store, one);
      CHECK(levels.store.parameters().size() == parameters);
      if (c.streams.size() > 1) {
        Index first = 0;
        for (int s = 0; s < t; ++s) first += c.streams[static_cast<std::size_t>(s)].rows;
        const Tensor to = evaluated.input();
        std::ranges::copy(levels.model->input().rows(first, to.shape[0]).span(), to.data);
      }
      evaluated.loss();
      const std::vector<real> found = evaluated.features(0);
      REQUIRE(found.size() == trained.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i] == doctest::Approx(static_cast<double>(trained[i])).epsilon(1e-5));
      }
    }
    CHECK(levels.shares("trunk/s0/b+c/expert0/0/linear/weight"));
    check_gradients(*levels.model, levels.store);
  }
}

TEST_CASE("groups that come together later are asked for no shared flow") {
  const Options options = {{"shared", Index{1}}, {"private", Index{1}}};
  const auto low = make(stage_sharing_table(), "experts", options);
  const auto high = make(stage_sharing_table(), "experts", options);
  const std::vector<Stage> stages = dense_stages();
  const Groups apart = {{"a", "c"}, {"b"}}, together = {{"a", "c"}, {"b"}};
  for (const TrunkCase& c : cases()) {
    for (const Groups* const later : {static_cast<const Groups*>(nullptr), &together}) {
      ParameterStore store{3};
      const std::vector<StageBlock> blocks = {{0, 1, low.get(), &apart}, {1, 1, high.get(), later}};
      TrunkModel model(blocks, stages, store, c);
      const bool flow = later != nullptr;  // the same groups again go on with theirs
      std::size_t gates = 0;
      for (const Parameter& p : store.parameters()) {
        CAPTURE(p.name);
        gates += p.name.starts_with("trunk/low/a+c/gate/") ? 1U : 0U;
        if (p.name.starts_with("trunk/low/a+c/expert0/")) CHECK(p.domain == Domain::shared);
        if (p.name.starts_with("trunk/low/a+c/a/")) {  // its private expert and its gate
          CHECK(p.domain == (flow ? Domain::shared : Domain::task));
        }
      }
      CHECK((gates > 0) == flow);
      check_gradients(model, store);
    }
  }
}

TEST_CASE("shared experts behind columns run on each task's own features") {
  const Options options = {{"shared", Index{1}}, {"private", Index{0}}};
  for (const TrunkCase& c : cases()) {
    Levels levels({{"private", {}}, {"experts", options}}, c);
    Levels plain({{"private", {}}, {"shared", {}}}, c);
    copy_parameters(plain.store, levels.store, [](std::string name) {
      if (name.rfind("trunk/s1/", 0) == 0) name.insert(9, "expert0/");
      return name;
    });
    levels.model->loss();
    plain.model->loss();
    for (std::size_t t = 0; t < 3; ++t) {
      CHECK(levels.model->features(t) == plain.model->features(t));
    }
    check_gradients(*levels.model, levels.store);
    CHECK(!levels.shares("trunk/s0/a/0/linear/weight"));
  }
}

TEST_CASE("three levels learn from derivatives, with every gate") {
  const Options options = {{"shared", Index{1}}, {"private", Index{1}}};
  for (const char* gate : {"softmax", "dselect"}) {
    Options chosen = options;
    chosen["gate"] = std::string(gate);
    if (std::string(gate) == "dselect") {
      chosen["entropy"] = 0.0;
      chosen["gamma"] = 40.0;
      chosen["private"] = Index{0};
      chosen["shared"] = Index{4};
    }
    for (const TrunkCase& c : cases()) {
      Levels levels({{"experts", chosen}, {"experts", chosen}, {"experts", chosen}}, c);
      check_gradients(*levels.model, levels.store);
    }
  }
}
