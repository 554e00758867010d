#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "plugin/library.hpp"
#include "support.hpp"

// The plugins of this project: their checks, and the same sources linked and loaded.
namespace espalier {

namespace {

Registry dynamic_registry() { return Registry({ESPALIER_PLUGINS}); }

Registry linked_registry() {
  Registry registry({});
  for (const PluginInfo* info : linked_plugins()) registry.add(*info);
  return registry;
}

/// Gives the fields named in `given_numbers`, `given_words` and `lists`, and leaves the others
/// alone.
class GivenFields final : public Fields {
  template <class Given>
  auto find(Given& given, const Field& field) {
    seen.emplace_back(field.name);
    return given.find(std::string(field.name));
  }

 public:
  std::map<std::string, double> given_numbers;
  std::map<std::string, std::string> given_words;
  std::map<std::string, std::vector<Index>> lists;
  std::vector<std::string> seen;

  void flag(const Field& field, bool& /*value*/) override { seen.emplace_back(field.name); }
  void integer(const Field& field, Index& value, const IntegerRange& range) override {
    const auto found = find(given_numbers, field);
    if (found == given_numbers.end()) return;
    value = static_cast<Index>(found->second);
    if (value < range.at_least || value > range.at_most) refuse(field.name, "out of range");
  }
  void number(const Field& field, double& value, const NumberRange& range) override {
    const auto found = find(given_numbers, field);
    if (found == given_numbers.end()) return;
    value = found->second;
    const bool low = range.above ? value <= range.at_least : value < range.at_least;
    if (low || value > range.at_most) refuse(field.name, "out of range");
  }
  void word(const Field& field, std::string& value,
            std::span<const std::string_view> choices) override {
    const auto found = find(given_words, field);
    if (found == given_words.end()) return;
    value = found->second;
    for (const std::string_view choice : choices) {
      if (choice == value) return;
    }
    refuse(field.name, "no choice");
  }
  void integers(const Field& field, std::vector<Index>& value,
                const IntegerRange& /*range*/) override {
    const auto found = find(lists, field);
    if (found != lists.end()) value = found->second;
  }
  void numbers(const Field& field, std::vector<double>& /*value*/,
               const NumberRange& /*range*/) override {
    seen.emplace_back(field.name);
  }
  void words(const Field& field, std::vector<std::string>& /*value*/) override {
    seen.emplace_back(field.name);
  }
  void path(const Field& field, Path& /*value*/) override { seen.emplace_back(field.name); }
  [[noreturn]] void refuse(std::string_view field, const std::string& message) override {
    throw ConfigError(text::cat("exp.yaml:1:1: ", field, ": ", message));
  }
};

/// A task with its options, what it learns, and from what.
struct Case {
  std::string plugin;
  GivenFields options;
  TargetColumn column;
  Shape features = {3, 4, 2};
};

std::vector<Case> cases() {
  std::vector<Case> all(6);
  all[0].plugin = "letters";
  all[0].column = {"label", "chars", Dtype::integer, {1}, 26};
  all[1].plugin = "digits";
  all[1].column = {"label", "chars", Dtype::integer, {1}, 10};
  all[2].plugin = "classification";
  all[2].options.given_numbers = {{"classes", 5}, {"smoothing", 0.1}};
  all[2].options.lists = {{"hidden", {7, 6}}};
  all[2].column = {"kind", "chars", Dtype::integer, {1}, 5};
  for (std::size_t k = 3; k < all.size(); ++k) {
    all[k].plugin = "regression";
    all[k].column = {"torque", "arm", Dtype::floating, {3}, 0};
    all[k].features = {9};
  }
  all[3].options.lists = {{"hidden", {8}}};
  all[4].options.given_words = {{"loss", "huber"}};
  all[4].options.given_numbers = {{"delta", 0.5}};
  all[5].options.given_words = {{"loss", "l1"}};
  all[5].column.sample = {2, 2};
  return all;
}

/// Every number that a step of a task makes.
struct Outcome {
  std::vector<std::string> names;
  std::vector<real> numbers;
  std::vector<double> measures;
};

void fill(std::span<real> numbers, const std::string& name) {
  RandomStream random(3, name);
  for (real& number : numbers) number = static_cast<real>(random.normal());
}

void fill_target(Plan& plan, Var target, const TargetColumn& column) {
  if (column.dtype == Dtype::floating) return fill(plan.value(target).span(), "target");
  RandomStream random(3, "labels");
  for (std::int32_t& label : plan.indices(target)) {
    label = static_cast<std::int32_t>(random.below(column.classes + 1)) - 1;  // -1: missing
  }
}

void add_gradients(Plan& plan, Outcome& outcome) {
  const std::vector<double> one = {1.0};
  plan.backward(one, one);
  plan.weigh(one, one);
  for (Parameter* const parameter : plan.parameters()) {
    std::vector<real> gradient(static_cast<std::size_t>(parameter->value.size()));
    CHECK(plan.gradient(*parameter, {gradient.data()}));
    outcome.names.push_back(parameter->name);
    outcome.numbers.insert(outcome.numbers.end(), gradient.begin(), gradient.end());
  }
}

Outcome run(Registry& registry, Case c) {
  constexpr Index kRows = 6;
  TaskHandle task = registry.load(c.plugin);
  task.fields(c.options);
  task.accept(c.column);
  test::Bench b(kRows, c.features, c.column.sample, c.column.dtype);
  const Var prediction = task.head(b.net, b.features);
  b.tape.keep(prediction);
  b.tape.loss(0, task.loss(b.net, prediction, b.target));

  Plan plan(std::move(b.tape));
  fill(plan.value(b.features).span(), "features");
  fill_target(plan, b.target, c.column);
  plan.forward(1);
  Outcome outcome;
  outcome.numbers = {plan.loss(0)};
  Target truth;
  if (c.column.dtype == Dtype::integer) {
    truth.classes = {plan.indices(b.target).data(), {kRows, 1}};
  } else {
    truth.values = plan.value(b.target);
  }
  for (MetricHandle& metric : task.metrics()) {
    metric.add(plan.value(prediction), truth);
    outcome.names.push_back(metric.name());
    outcome.measures.push_back(metric.value());
  }
  add_gradients(plan, outcome);
  return outcome;
}

template <class Number>
bool same_bits(const std::vector<Number>& a, const std::vector<Number>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Number)) == 0;
}

std::string accept_error(const std::string& plugin, GivenFields options,
                         const TargetColumn& column) {
  Registry registry = dynamic_registry();
  TaskHandle task = registry.load(plugin);
  task.fields(options);
  try {
    task.accept(column);
  } catch (const DataError& e) {
    return e.what();
  }
  return "accepted";
}

GivenFields numbers(const std::map<std::string, double>& given) {
  GivenFields fields;
  fields.given_numbers = given;
  return fields;
}

}  // namespace

TEST_CASE("a plugin linked and the same plugin loaded give the same bits") {
  for (const Case& c : cases()) {
    CAPTURE(c.plugin);
    Registry linked = linked_registry();
    Registry loaded = dynamic_registry();
    const Outcome a = run(linked, c);
    const Outcome b = run(loaded, c);
    CHECK(a.names == b.names);
    CHECK(same_bits(a.numbers, b.numbers));
    CHECK(same_bits(a.measures, b.measures));
    CHECK(a.numbers[0] > 0);
    double gradients = 0.0;
    for (std::size_t i = 1; i < a.numbers.size(); ++i) {
      gradients += std::abs(static_cast<double>(a.numbers[i]));
    }
    CHECK(gradients > 0.1);
  }
}

TEST_CASE("linked and loaded are two images of one source") {
  for (const PluginInfo* info : linked_plugins()) {
    const Library library(test::good_file(info->name), info->name);
    const bool same_code = library.info().create == info->create;
    CHECK(!same_code);
    CHECK(std::string(library.info().summary) == info->summary);
  }
}

TEST_CASE("heads are made of the named layers") {
  Registry registry = dynamic_registry();
  const auto names = [&](std::size_t k) { return run(registry, cases()[k]).names; };
  CHECK(names(0) ==
        std::vector<std::string>{"accuracy", "heads/task/output/weight", "heads/task/output/bias"});
  CHECK(names(2) == std::vector<std::string>{"accuracy", "heads/task/hidden1/weight",
                                             "heads/task/hidden1/bias", "heads/task/hidden2/weight",
                                             "heads/task/hidden2/bias", "heads/task/output/weight",
                                             "heads/task/output/bias"});
  CHECK(names(4) == std::vector<std::string>{"rmse", "mae", "r2", "heads/task/output/weight",
                                             "heads/task/output/bias"});
}

TEST_CASE("a loss without any knowledge is that of guessing") {
  // Zero weights would make every class as likely: with 5 classes, log 5. Glorot weights on small
  // features come close.
  Registry registry = dynamic_registry();
  TaskHandle task = registry.load("classification");
  GivenFields options = numbers({{"classes", 5}});
  task.fields(options);
  test::Bench b(4, {3}, {1}, Dtype::integer);
  b.tape.loss(0, task.loss(b.net, task.head(b.net, b.features), b.target));
  Plan plan(std::move(b.tape));
  for (std::int32_t& label : plan.indices(b.target)) label = 2;
  for (real& number : plan.value(b.features).span()) number = real{0};
  plan.forward(1);
  CHECK(plan.loss(0) == doctest::Approx(std::log(5.0)).epsilon(1e-6));
}

TEST_CASE("the head of classification drops hidden units in training alone") {
  Registry registry = dynamic_registry();
  const auto losses = [&](double rate, bool training) {
    TaskHandle task = registry.load("classification");
    GivenFields options = numbers({{"classes", 5}, {"dropout", rate}});
    options.lists = {{"hidden", {64}}};
    task.fields(options);
    test::Bench b(4, {3}, {1}, Dtype::integer, training);
    b.tape.loss(0, task.loss(b.net, task.head(b.net, b.features), b.target));
    Plan plan(std::move(b.tape));
    for (std::int32_t& label : plan.indices(b.target)) label = 2;
    for (real& number : plan.value(b.features).span()) number = real{1};
    std::vector<double> found;
    for (const std::uint64_t step : {1U, 2U}) {
      plan.forward(step);
      found.push_back(static_cast<double>(plan.loss(0)));
    }
    return found;
  };
  const std::vector<double> plain = losses(0.0, true);
  CHECK(plain[0] == plain[1]);
  CHECK(losses(0.5, false) == plain);
  const std::vector<double> dropped = losses(0.5, true);
  CHECK(dropped[0] != plain[0]);
  CHECK(dropped[0] != dropped[1]);
}

TEST_CASE("the regression losses are the ones they are named after") {
  const auto loss = [](const std::string& word, double delta) {
    Registry registry = dynamic_registry();
    TaskHandle task = registry.load("regression");
    GivenFields options = numbers({{"delta", delta}});
    options.given_words = {{"loss", word}};
    task.fields(options);
    task.accept({"y", "data", Dtype::floating, {1}, 0});
    test::Bench b(2, {3}, {1}, Dtype::floating);
    b.tape.loss(0, task.loss(b.net, task.head(b.net, b.features), b.target));
    Plan plan(std::move(b.tape));
    for (real& number : plan.value(b.features).span()) number = real{0};  // predicts the bias, 0
    plan.value(b.target).data[0] = real{3};
    plan.value(b.target).data[1] = real{-1};
    plan.forward(1);
    return static_cast<double>(plan.loss(0));
  };
  CHECK(loss("mse", 1.0) == doctest::Approx(5.0));                  // (9 + 1) / 2
  CHECK(loss("l1", 1.0) == doctest::Approx(2.0));                   // (3 + 1) / 2
  CHECK(loss("huber", 2.0) == doctest::Approx((4.0 + 0.5) / 2.0));  // 2 (3 - 1), 1 / 2
}

TEST_CASE("labels beyond the head are refused before anything runs") {
  CHECK(accept_error("digits", {}, {"label", "chars", Dtype::integer, {1}, 10}) == "accepted");
  CHECK(accept_error("digits", {}, {"label", "chars", Dtype::integer, {1}, 36}) ==
        "[digits] expected labels below 10, found label 35 in column 'label' of data 'chars'; "
        "select the classes with select: { label: ... }");
  CHECK(accept_error("letters", {}, {"label", "chars", Dtype::integer, {1}, 27}) ==
        "[letters] expected labels below 26, found label 26 in column 'label' of data 'chars'; "
        "select the classes with select: { label: ... }");
  CHECK(accept_error("classification", numbers({{"classes", 5}}),
                     {"kind", "chars", Dtype::integer, {1}, 6}) ==
        "[classification] expected labels below 5, found label 5 in column 'kind' of data 'chars'; "
        "raise classes, or select the classes with select: { kind: ... }");
}

TEST_CASE("columns of the other kind are refused") {
  const TargetColumn real_column = {"y", "arm", Dtype::floating, {1}, 0};
  CHECK(accept_error("digits", {}, real_column) ==
        "[digits] expected integer labels, found real numbers in column 'y' of data 'arm'");
  CHECK(accept_error("letters", {}, real_column) ==
        "[letters] expected integer labels, found real numbers in column 'y' of data 'arm'");
  CHECK(accept_error("classification", {}, real_column) ==
        "[classification] expected integer labels, found real numbers in column 'y' of data 'arm'; "
        "the plugin for real numbers is regression");
  CHECK(accept_error("regression", {}, {"label", "chars", Dtype::integer, {1}, 10}) ==
        "[regression] expected real numbers, found integers in column 'label' of data 'chars'; the "
        "plugin for labels is classification");
}

TEST_CASE("options are listed, bounded, and refused where they stand") {
  const auto refusal = [](const std::string& plugin, GivenFields options) -> std::string {
    Registry registry = dynamic_registry();
    TaskHandle task = registry.load(plugin);
    try {
      task.fields(options);
    } catch (const ConfigError& e) {
      return e.what();
    }
    return text::join(options.seen, " ");
  };
  CHECK(refusal("letters", {}) == "");
  CHECK(refusal("classification", numbers({{"classes", 2}, {"smoothing", 0.999}})) ==
        "classes smoothing hidden dropout");
  CHECK(refusal("classification", numbers({{"classes", 1}})) ==
        "exp.yaml:1:1: classes: out of range");
  CHECK(refusal("classification", numbers({{"smoothing", 1}})) ==
        "exp.yaml:1:1: smoothing: expected a number below 1, found 1");
  CHECK(refusal("classification", numbers({{"smoothing", -0.1}})) ==
        "exp.yaml:1:1: smoothing: out of range");
  CHECK(refusal("regression", {}) == "loss delta hidden");
  CHECK(refusal("regression", numbers({{"delta", 0}})) == "exp.yaml:1:1: delta: out of range");
  GivenFields hinge;
  hinge.given_words = {{"loss", "hinge"}};
  CHECK(refusal("regression", hinge) == "exp.yaml:1:1: loss: no choice");
}

TEST_CASE("a task names the column it learns by default") {
  CHECK(dynamic_registry().load("letters").default_target() == "label");
}

}  // namespace espalier
