#include "optim/optimizer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <map>

#include "autograd/task_model.hpp"
#include "core/set_fields.hpp"
#include "optim/updater.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

constexpr int kSteps = 6;

// One number of a parameter: w, its gradient, its state; t counts from 1.
struct Number {
  double w = 0.0, g = 0.0;
  std::array<double, 2> state{};
};
using Rule = std::function<void(Number&, double rate, int t)>;

struct Case {
  const char* name;
  const char* optimizer;
  std::map<std::string, Option> options;
  double rate;
  Rule rule;
};

// Nesterov as PyTorch writes it: buf = mu buf + g'; w -= rate (g' + mu buf) with g' = g + decay w.
Rule sgd(double mu, double decay, bool nesterov) {
  return [=](Number& n, double rate, int /*t*/) {
    const double g = n.g + decay * n.w;
    n.state[0] = mu * n.state[0] + g;
    n.w -= rate * (nesterov ? g + mu * n.state[0] : n.state[0]);
  };
}

Rule adam(double b1, double b2, double epsilon, double decay, bool decoupled) {
  return [=](Number& n, double rate, int t) {
    const double g = n.g + (decoupled ? 0.0 : decay * n.w);
    if (decoupled) n.w -= rate * decay * n.w;
    n.state[0] = b1 * n.state[0] + (1.0 - b1) * g;
    n.state[1] = b2 * n.state[1] + (1.0 - b2) * g * g;
    const double mean = n.state[0] / (1.0 - std::pow(b1, t));
    const double square = n.state[1] / (1.0 - std::pow(b2, t));
    n.w -= rate * mean / (std::sqrt(square) + epsilon);
  };
}

Rule rmsprop(double alpha, double epsilon, double mu, double decay) {
  return [=](Number& n, double rate, int /*t*/) {
    const double g = n.g + decay * n.w;
    n.state[0] = alpha * n.state[0] + (1.0 - alpha) * g * g;
    n.state[1] = mu * n.state[1] + g / (std::sqrt(n.state[0]) + epsilon);
    n.w -= rate * n.state[1];
  };
}

std::vector<Case> cases() {
  const auto rate = [](double r) { return Option(r); };
  return {
      {"plain", "sgd", {{"learning_rate", rate(0.1)}}, 0.1, sgd(0, 0, false)},
      {"decay",
       "sgd",
       {{"learning_rate", rate(0.1)}, {"weight_decay", 0.3}},
       0.1,
       sgd(0, 0.3, false)},
      {"momentum",
       "sgd",
       {{"learning_rate", rate(0.1)}, {"momentum", 0.9}},
       0.1,
       sgd(0.9, 0, false)},
      {"momentum and decay",
       "sgd",
       {{"learning_rate", rate(0.1)}, {"momentum", 0.9}, {"weight_decay", 0.2}},
       0.1,
       sgd(0.9, 0.2, false)},
      {"nesterov",
       "sgd",
       {{"learning_rate", rate(0.1)}, {"momentum", 0.8}, {"nesterov", true}},
       0.1,
       sgd(0.8, 0, true)},
      {"nesterov and decay",
       "sgd",
       {{"learning_rate", rate(0.1)}, {"momentum", 0.8}, {"nesterov", true}, {"weight_decay", 0.2}},
       0.1,
       sgd(0.8, 0.2, true)},
      {"adam", "adam", {}, 0.001, adam(0.9, 0.999, 1e-8, 0, false)},
      {"adam with options",
       "adam",
       {{"learning_rate", rate(0.02)},
        {"beta1", 0.7},
        {"beta2", 0.95},
        {"epsilon", 1e-3},
        {"weight_decay", 0.1}},
       0.02,
       adam(0.7, 0.95, 1e-3, 0.1, false)},
      {"adamw", "adamw", {{"learning_rate", rate(0.01)}}, 0.01, adam(0.9, 0.999, 1e-8, 0.01, true)},
      {"adamw with decay",
       "adamw",
       {{"learning_rate", rate(0.01)}, {"weight_decay", 0.5}},
       0.01,
       adam(0.9, 0.999, 1e-8, 0.5, true)},
      {"rmsprop", "rmsprop", {}, 0.01, rmsprop(0.99, 1e-8, 0, 0)},
      {"rmsprop with momentum and decay",
       "rmsprop",
       {{"learning_rate", rate(0.005)},
        {"alpha", 0.9},
        {"epsilon", 1e-4},
        {"momentum", 0.7},
        {"weight_decay", 0.1}},
       0.005,
       rmsprop(0.9, 1e-4, 0.7, 0.1)},
  };
}

// A layer used once and one used twice: the latter's gradient arrives in two parts.
Var trunk(Tape& tape, ParameterStore& store, Var x) {
  x = tanh(tape, dense(tape, store, x, "trunk/first", 5));
  for (int i = 0; i < 2; ++i) x = tanh(tape, dense(tape, store, x, "trunk/square", 5));
  return x;
}

using Numbers = std::vector<std::vector<Number>>;  // [parameter][element]

void read_gradients(Plan& plan, Numbers& numbers) {
  for (std::size_t p = 0; p < numbers.size(); ++p) {
    std::vector<real> g(numbers[p].size());
    REQUIRE(plan.gradient(*plan.parameters()[p], {.data = g.data()}));
    for (std::size_t i = 0; i < g.size(); ++i) numbers[p][i].g = static_cast<double>(g[i]);
  }
}

double worst_difference(Plan& plan, const Numbers& numbers) {
  double worst = 0.0;
  for (std::size_t p = 0; p < numbers.size(); ++p) {
    const real* w = plan.parameters()[p]->value.data;
    for (std::size_t i = 0; i < numbers[p].size(); ++i) {
      const double difference = std::abs(static_cast<double>(w[i]) - numbers[p][i].w);
      worst = std::isfinite(difference) ? std::max(worst, difference) : 1e9;
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("every optimiser follows its textbook recurrence on explicit gradients") {
  for (const Case& c : cases()) {
    for (const LaneMode lanes : {LaneMode::one, LaneMode::per_task}) {
      CAPTURE(c.name);
      ParameterStore store(1);
      Model model = make_model(store, mixed_inputs(5), {.trunk = trunk}, {.lanes = lanes});
      const auto optimizer = make(optimizer_table(), c.optimizer, c.options);
      CHECK(optimizer->learning_rate() == c.rate);
      const OptimizerRule rule{"", optimizer.get()};
      Updater updater(model.plan.parameters(), {&rule, 1});
      Numbers numbers;
      for (const Parameter* p : model.plan.parameters()) {
        std::vector<Number> own(static_cast<std::size_t>(p->value.size()));
        for (std::size_t i = 0; i < own.size(); ++i)
          own[i].w = static_cast<double>(p->value.data[i]);
        numbers.push_back(own);
      }
      double moved = 0.0;
      const Numbers start = numbers;
      for (int t = 1; t <= kSteps; ++t) {
        model.sweep(static_cast<std::uint64_t>(t));
        std::vector<double> weights = ones(model.tasks());
        if (lanes == LaneMode::per_task) weights[2] = 0.5;
        model.plan.weigh(weights, ones(model.tasks()));
        read_gradients(model.plan, numbers);
        const double factor = t > 3 ? 0.5 : 1.0;  // a schedule changes the rate on the way
        updater.step(model.plan, factor);
        for (auto& parameter : numbers) {
          for (Number& n : parameter) c.rule(n, c.rate * factor, t);
        }
        CHECK(worst_difference(model.plan, numbers) < 2e-6);
        moved = std::max(moved, worst_difference(model.plan, start));
      }
      CHECK(moved > 1e-3);
      CHECK(updater.steps() == kSteps);
    }
  }
}

TEST_CASE("only optimisers that need the gradient get a place for it") {
  const std::map<std::string, Option> momentum = {{"momentum", 0.9}};
  CHECK_FALSE(make(optimizer_table(), "sgd")->needs_gradient());
  CHECK(make(optimizer_table(), "sgd")->state_blocks() == 0);
  CHECK_FALSE(make(optimizer_table(), "sgd", momentum)->needs_gradient());
  CHECK(make(optimizer_table(), "sgd", momentum)->state_blocks() == 1);
  CHECK(make(optimizer_table(), "adam")->needs_gradient());
  CHECK(make(optimizer_table(), "adam")->state_blocks() == 2);
  CHECK(make(optimizer_table(), "adamw")->state_blocks() == 2);
  CHECK(make(optimizer_table(), "rmsprop")->state_blocks() == 1);
  CHECK(make(optimizer_table(), "rmsprop", momentum)->state_blocks() == 2);
}

TEST_CASE("nesterov without momentum is refused") {
  const auto sgd = make(optimizer_table(), "sgd");
  SetFields fields({{"nesterov", true}});
  CHECK_THROWS_WITH_AS(sgd->fields(fields),
                       "nesterov: expected a momentum above 0 with nesterov, found 0", ConfigError);
}
