#include "sharing/by_hand.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

struct Branched {
  std::vector<Stage> stages;
  Chosen strategy;
  ParameterStore store{3};
  TrunkModel model;

  Branched(const std::map<std::string, Option>& options, TrunkCase c, const TrunkOptions& run)
      : stages(even_stages()),
        strategy(chosen("learn_to_branch", 2, options)),
        model(strategy.blocks, stages, store, with(std::move(c), run)) {
    scatter(store);
  }
  static std::vector<Stage> even_stages() {
    std::vector<Stage> stages;
    stages.push_back(linear_stage("low", 4));
    stages.push_back(linear_stage("high", 4));
    return stages;
  }
  static TrunkCase with(TrunkCase c, const TrunkOptions& run) {
    c.trunk = run;
    return c;
  }
  Parameter& logits(std::size_t task) {
    return named(store, std::string("trunk/high/") + "ab"[task] + "/choice/logits");
  }
};

constexpr std::uint64_t kStep = 7;

// Perturbed logits of a task at kStep.
std::array<double, 2> noisy(Branched& branched, std::size_t task) {
  const Parameter& logits = branched.logits(task);
  const RandomStream random(3, "choice/" + logits.name);
  std::array<double, 2> sums{};
  for (std::size_t j = 0; j < 2; ++j) {
    const double u = (random.block(j, kStep)[0] + 0.5) / 4294967296.0;
    sums[j] = static_cast<double>(logits.value.data[j]) - std::log(-std::log(u));
  }
  return sums;
}

// z_0 z_1 / tau: what the temperature does to the gradient of two logits.
double slope(const std::array<double, 2>& sums, double tau) {
  const double z = sigmoid_of((sums[0] - sums[1]) / tau);
  return z * (1.0 - z) / tau;
}

}  // namespace

TEST_CASE("a column reads the one column that its noisy logits choose") {
  for (const TrunkCase& c : two_task_cases()) {
    Branched branched({{"warmup", 0.0}}, c, {2, 1000});
    branched.model.loss(kStep);
    for (std::size_t t = 0; t < 2; ++t) {
      const auto sums = noisy(branched, t);
      const std::string read = sums[0] > sums[1] ? "a" : "b", own = t == 0 ? "a" : "b";
      const Rows x = rows_of_task(branched.model, c, t);
      const Rows low = each(tanh_of, dense(branched.store, "trunk/low/" + read + "/0/linear", x));
      check_rows(branched.model.features(t),
                 each(tanh_of, dense(branched.store, "trunk/high/" + own + "/0/linear", low)));
    }
  }
}

TEST_CASE("the temperature is the option's, or a twentieth of the epochs, and falls with epochs") {
  if (!std::is_same_v<real, double>) return;
  struct Setting {
    double option;
    TrunkOptions run;
    double expected;
  };
  const Setting settings[] = {
      {2.0, {1000, 100000}, 2.0},              // the first epoch
      {2.0, {2, 1000}, 2.0 / std::sqrt(4.0)},  // step 7, two an epoch: the fourth
      {0.0, {1000, 60000}, 3.0},               // 60 epochs
      {0.0, {2, 160}, 4.0 / std::sqrt(4.0)},   // 80 epochs
      {0.0, {1000, 5000}, 1.0},                // short runs: 1
  };
  for (const TrunkCase& c : two_task_cases()) {
    Branched reference({{"temperature", 1.0}, {"warmup", 0.0}}, c, {1000, 100000});
    for (const Setting& setting : settings) {
      CAPTURE(setting.expected);
      Branched branched({{"temperature", setting.option}, {"warmup", 0.0}}, c, setting.run);
      for (std::size_t t = 0; t < 2; ++t) {
        const auto sums = noisy(reference, t);
        const std::vector<double> one = reference.model.gradient(reference.logits(t), kStep);
        const std::vector<double> other = branched.model.gradient(branched.logits(t), kStep);
        REQUIRE(std::abs(one[0]) > 1e-6);
        CHECK(one[1] == doctest::Approx(-one[0]));
        CHECK(other[0] / one[0] ==
              doctest::Approx(slope(sums, setting.expected) / slope(sums, 1.0)).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("all columns are averaged for the part of the run that warms up") {
  for (const TrunkCase& c : two_task_cases()) {
    Branched branched({{"warmup", 0.1}}, c, {2, 80});  // 8 steps
    for (const std::uint64_t step : {kStep, kStep + 1}) {
      const bool warm = step == kStep;
      const std::vector<double> gradient = branched.model.gradient(branched.logits(0), step);
      CHECK((gradient[0] == 0.0) == warm);
    }
    branched.model.loss(kStep);
    const Rows x = rows_of_task(branched.model, c, 1);
    const Rows a = each(tanh_of, dense(branched.store, "trunk/low/a/0/linear", x));
    const Rows b = each(tanh_of, dense(branched.store, "trunk/low/b/0/linear", x));
    const Rows mean = each([](double p, double q) { return 0.5 * (p + q); }, a, b);
    check_rows(branched.model.features(1),
               each(tanh_of, dense(branched.store, "trunk/high/b/0/linear", mean)));
  }
}
