// Ops whose gradients are more, or less, than derivatives: the entropy term of DSelect-k, and the
// straight-through choice of learned branching.
#include <array>
#include <cmath>

#include "espalier/layers.hpp"
#include "sharing/trunk_model.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

constexpr Index kRows = 5;

void fill(const Tensor& value, const std::string& name) {
  RandomStream random(7, name);
  for (real& number : value.span()) number = static_cast<real>(random.normal());
}

/// mean squared error of entropy_pull(softmax(x W'))
struct Gate {
  ParameterStore store{3};
  Tape tape{true};
  Parameter& weight = store.parameter("w", {4, 3}, Domain::shared, {});
  Var p;
  std::unique_ptr<Plan> plan;

  explicit Gate(double strength) {
    const Var x = tape.input("x", {3}, Dtype::floating, {{0, kRows}});
    const Var target = tape.input("t", {4}, Dtype::floating, {{0, kRows}});
    p = softmax(tape, linear(tape, x, weight, nullptr));
    tape.keep(p);
    tape.loss(0, mean_squared_error(tape, entropy_pull(tape, p, strength), target));
    plan = std::make_unique<Plan>(std::move(tape));
    fill(plan->value(x), "x");
    fill(plan->value(target), "t");
  }

  double entropy() const {
    double sum = 0.0;
    for (const real number : plan->value(p).span()) {
      sum -= static_cast<double>(number) * std::log(static_cast<double>(number));
    }
    return sum / static_cast<double>(kRows);
  }
};

/// mean squared error of a choice among three inputs
struct Choice {
  ParameterStore store{3};
  Tape tape;
  Parameter& logits =
      store.parameter("logits", {3}, Domain::shared, {Initializer::Kind::constant, 0.0});
  std::array<Var, 3> x;
  Var target, y;
  std::unique_ptr<Plan> plan;

  explicit Choice(const GumbelOptions& options, bool training = true) : tape(training) {
    std::vector<Var> values;
    for (std::size_t j = 0; j < 3; ++j) {
      x[j] = tape.input("x", {2}, Dtype::floating, {{0, kRows}});
      values.push_back(x[j]);
    }
    target = tape.input("t", {2}, Dtype::floating, {{0, kRows}});
    y = gumbel_choice(tape, values, logits, options);
    tape.keep(y);
    tape.loss(0, mean_squared_error(tape, y, target));
    plan = std::make_unique<Plan>(std::move(tape));
    for (std::size_t j = 0; j < 3; ++j) fill(plan->value(x[j]), "x" + std::to_string(j));
    fill(plan->value(target), "t");
  }

  std::vector<real> numbers(Var v) const {
    const auto all = plan->value(v).span();
    return {all.begin(), all.end()};
  }
  /// Which input is the output after a forward pass; 3: none.
  std::size_t chosen() const {
    std::size_t j = 0;
    while (j < 3 && numbers(x[j]) != numbers(y)) ++j;
    return j;
  }
  std::array<double, 3> gradient() {
    const std::array<double, 1> one = {1.0};
    plan->backward(one, one);
    plan->weigh(one, one);
    std::array<real, 3> found{};
    plan->gradient(logits, {.data = found.data(), .alpha = 1.0, .beta = 0.0});
    return {static_cast<double>(found[0]), static_cast<double>(found[1]),
            static_cast<double>(found[2])};
  }
};

GumbelOptions options_of(double temperature, std::uint64_t epoch = 1, std::uint64_t warmup = 0) {
  return {RandomStream(5, "choice"), temperature, epoch, warmup};
}

}  // namespace

TEST_CASE("the entropy term pulls a gate as if it were part of the loss") {
  constexpr double kStrength = 0.3;
  Gate gate(kStrength);
  const auto total = [&] {
    gate.plan->forward(0);
    return static_cast<double>(gate.plan->loss(0)) + kStrength * gate.entropy();
  };
  total();
  const std::array<double, 1> one = {1.0};
  gate.plan->backward(one, one);
  gate.plan->weigh(one, one);
  std::vector<real> found(12);
  gate.plan->gradient(gate.weight, {.data = found.data(), .alpha = 1.0, .beta = 0.0});
  check_derivative(gate.weight.value, std::span<const real>(found), total);
}

namespace {

/// Two tasks' gates over rows of their own, and the entropy gradient alone: the losses are flat.
struct Gates {
  ParameterStore store{3};
  Tape tape{true};
  std::array<Parameter*, 2> weights{};
  std::unique_ptr<Plan> plan;
  std::array<Var, 2> p;

  Gates(double strength, Domain domain, const PlanOptions& options) {
    const std::array<Index, 2> rows = {2, 6};
    const Var x = tape.input("x", {3}, Dtype::floating, {{0, rows[0]}, {1, rows[1]}});
    const Var pulled = domain == Domain::shared ? gate("w", x, strength, domain, 0) : Var{};
    for (int t = 0; t < 2; ++t) {
      const auto k = static_cast<std::size_t>(t);
      tape.enter(-1, "trunk");
      const Var own = pulled.id >= 0
                          ? pulled
                          : gate(t == 0 ? "a" : "b", tape.rows(x, {t}), strength, domain, k);
      const Var features = tape.select(own, t, t);
      tape.enter(t, "head");
      tape.loss(t, mean(tape, scale(tape, features, kSlope)));
    }
    plan = std::make_unique<Plan>(std::move(tape), options);
    fill(plan->value(x), "x");
  }

  Var gate(const char* name, Var x, double strength, Domain domain, std::size_t k) {
    weights[k] = &store.parameter(name, {4, 3}, domain, {});
    const Var y = softmax(tape, linear(tape, x, *weights[k], nullptr));
    return entropy_pull(tape, y, strength);
  }

  std::vector<double> gradient(std::size_t k, std::array<double, 2> seeds,
                               std::array<double, 2> border, std::array<double, 2> shared,
                               std::array<double, 2> heads) {
    plan->forward(0);
    plan->backward(seeds, border);
    plan->weigh(shared, heads);
    std::vector<real> found(12);
    plan->gradient(*weights[k], {.data = found.data(), .alpha = 1.0, .beta = 0.0});
    return {found.begin(), found.end()};
  }

  static constexpr double kSlope = 0.0;
};

void check_scaled(const std::vector<double>& found, const std::vector<double>& base,
                  double factor) {
  double size = 0.0;
  for (std::size_t i = 0; i < base.size(); ++i) {
    size += std::abs(base[i]);
    CHECK(found[i] == doctest::Approx(factor * base[i]).epsilon(1e-4).scale(0.01));
  }
  CHECK(size > 0.01);
}

}  // namespace

TEST_CASE("the entropy term has the weight of the loss that its gate serves") {
  constexpr double kStrength = 2.0;
  using Two = std::array<double, 2>;
  const Two one = {1.0, 1.0};
  Gates own(kStrength, Domain::task, {});
  const std::vector<double> a = own.gradient(0, one, one, one, one);
  const std::vector<double> b = own.gradient(1, one, one, one, one);
  // a task's own gate learns with the heads' weights, whatever the trunk's are, 0 too
  check_scaled(own.gradient(0, {0.5, 1.0}, {0.25, 1.0}, one, one), a, 0.5);
  check_scaled(own.gradient(1, {0.5, 3.0}, {0.25, 0.0}, one, one), b, 3.0);
  // a shared one with the trunk's
  Gates shared(kStrength, Domain::shared, {});
  const std::vector<double> first = shared.gradient(0, one, {1.0, 0.0}, one, one);
  const std::vector<double> second = shared.gradient(0, one, {0.0, 1.0}, one, one);
  std::vector<double> mixed = first;
  for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i] = 0.25 * first[i] + 3.0 * second[i];
  check_scaled(shared.gradient(0, {0.5, 1.0}, {0.5, 3.0}, one, one), mixed, 1.0);
  // and in lanes it is folded with them
  Gates lanes(kStrength, Domain::shared, {.lanes = LaneMode::per_task, .gram = true});
  check_scaled(lanes.gradient(0, one, one, {0.25, 3.0}, one), mixed, 1.0);
}

TEST_CASE("the entropy term is the mean over the rows of its stream") {
  // Streams of 2 and 6 rows: gates of their own see the same mean as one gate over both.
  const std::array<double, 2> one = {1.0, 1.0};
  Gates own(2.0, Domain::task, {}), shared(2.0, Domain::shared, {});
  std::ranges::copy(shared.weights[0]->value.span(), own.weights[0]->value.data);
  std::ranges::copy(shared.weights[0]->value.span(), own.weights[1]->value.data);
  std::vector<double> sum = own.gradient(0, one, one, one, one);
  const std::vector<double> more = own.gradient(1, one, one, one, one);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
  check_scaled(shared.gradient(0, one, one, one, one), sum, 1.0);
}

TEST_CASE("a choice is made as often as the softmax of its logits says") {
  Choice choice(options_of(1.0, 1'000'000));
  choice.logits.value.data[1] = 1;
  choice.logits.value.data[2] = -1;
  constexpr int kSteps = 4000;
  std::array<int, 4> counts{};
  for (int step = 0; step < kSteps; ++step) {
    choice.plan->forward(static_cast<std::uint64_t>(step));
    ++counts[choice.chosen()];
  }
  CHECK(counts[3] == 0);
  const double sum = 1.0 + std::exp(1.0) + std::exp(-1.0);
  CHECK(counts[0] / double{kSteps} == doctest::Approx(1.0 / sum).epsilon(0.1));
  CHECK(counts[1] / double{kSteps} == doctest::Approx(std::exp(1.0) / sum).epsilon(0.1));
  CHECK(counts[2] / double{kSteps} == doctest::Approx(std::exp(-1.0) / sum).epsilon(0.2));
}

TEST_CASE("logits learn straight through, at the temperature of the epoch") {
  const std::uint64_t step = 7;  // epoch 3 of two steps: 2 / sqrt(1 + 3)
  Choice choice(options_of(2.0, 2));
  choice.plan->forward(step);
  const std::array<double, 3> found = choice.gradient();
  const double tau = 1.0;
  std::array<double, 3> z{}, slope{};
  double sum = 0.0, mean = 0.0;
  for (std::size_t j = 0; j < 3; ++j) {
    const double u = (RandomStream(5, "choice").block(j, step)[0] + 0.5) / 4294967296.0;
    z[j] = std::exp(-std::log(-std::log(u)) / tau);
    sum += z[j];
  }
  const std::vector<real> y = choice.numbers(choice.y), t = choice.numbers(choice.target);
  for (std::size_t j = 0; j < 3; ++j) {
    z[j] /= sum;
    const std::vector<real> x = choice.numbers(choice.x[j]);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double dy = 2.0 * static_cast<double>(y[i] - t[i]) / static_cast<double>(y.size());
      slope[j] += dy * static_cast<double>(x[i]);
    }
    mean += z[j] * slope[j];
  }
  CHECK(z[choice.chosen()] == std::max({z[0], z[1], z[2]}));
  for (std::size_t j = 0; j < 3; ++j) {
    CHECK(found[j] == doctest::Approx(z[j] * (slope[j] - mean) / tau).epsilon(1e-4));
  }
}

TEST_CASE("the same step chooses the same, and evaluation takes the largest logit") {
  Choice choice(options_of(1.0));
  choice.plan->forward(11);
  const std::size_t first = choice.chosen();
  choice.plan->forward(12);
  choice.plan->forward(11, /*replay=*/true);
  CHECK(choice.chosen() == first);
  for (std::size_t best = 0; best < 3; ++best) {
    Choice evaluated(options_of(1.0), false);
    evaluated.logits.value.data[best] = real(0.1);
    evaluated.plan->forward(0);
    CHECK(evaluated.chosen() == best);
  }
}

TEST_CASE("warming up takes the mean and moves no logit") {
  Choice choice(options_of(1.0, 1, 5));
  choice.plan->forward(4);
  const std::vector<real> y = choice.numbers(choice.y);
  for (std::size_t i = 0; i < y.size(); ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < 3; ++j) {
      sum += static_cast<double>(choice.numbers(choice.x[j])[i]);
    }
    CHECK(static_cast<double>(y[i]) == doctest::Approx(sum / 3));
  }
  CHECK(choice.gradient() == std::array<double, 3>{0.0, 0.0, 0.0});
  choice.plan->forward(5);
  CHECK(choice.chosen() < 3);
}

TEST_CASE("selectors give every number of its bits, and top k leaves the others out") {
  ParameterStore store{3};
  Tape tape(false);
  const Var bits = tape.input("bits", {2}, Dtype::floating, {{0, 1}});
  const Var scores = tape.input("scores", {4}, Dtype::floating, {{0, 1}});
  const Var p = bit_products(tape, bits), k = top_k_softmax(tape, scores, 2);
  const Var step = smooth_step(tape, scores, 2.0);
  tape.keep(p);
  tape.keep(k);
  tape.keep(step);
  Plan plan(std::move(tape));
  plan.value(bits).data[0] = real(0.25);  // bit 0
  plan.value(bits).data[1] = real(0.5);
  const std::array<double, 4> given = {0.5, -3.0, 0.5, 1.5};
  for (std::size_t i = 0; i < 4; ++i) plan.value(scores).data[i] = static_cast<real>(given[i]);
  plan.forward(0);
  const std::array<double, 4> product = {0.375, 0.125, 0.375, 0.125};
  const double e = std::exp(-1.0);
  const std::array<double, 4> top = {e / (1 + e), 0.0, 0.0, 1 / (1 + e)};
  const std::array<double, 4> smooth = {-0.25 * 0.125 + 0.75 * 0.5 + 0.5, 0.0,
                                        -0.25 * 0.125 + 0.75 * 0.5 + 0.5, 1.0};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(static_cast<double>(plan.value(p).data[i]) == doctest::Approx(product[i]));
    CHECK(static_cast<double>(plan.value(k).data[i]) == doctest::Approx(top[i]));
    CHECK(static_cast<double>(plan.value(step).data[i]) == doctest::Approx(smooth[i]));
  }
}
