#include <doctest/doctest.h>

#include <cmath>

#include "autograd/task_model.hpp"

using namespace espalier;
using namespace espalier::test;

// A parameter that several ops use has one gradient: the sum over its uses.
namespace {

// The same square layer twice in a chain.
Var twice(Tape& tape, ParameterStore& store, Var x) {
  x = dense(tape, store, x, "first", 5);
  for (int i = 0; i < 2; ++i) x = tanh(tape, dense(tape, store, x, "square", 5));
  return x;
}

// A head that compares two halves of its features through one layer of the trunk.
Var siamese(Tape& tape, ParameterStore& store, Var x) {
  const Var a = slice(tape, x, 1, 0, 2), b = slice(tape, x, 1, 2, 2);
  return multiply(tape, dense(tape, store, a, "trunk/pair", 4),
                  tanh(tape, dense(tape, store, b, "trunk/pair", 4)));
}

// The same convolution twice: an op that needs workspace for its gradient.
Var convolved(Tape& tape, ParameterStore& store, Var x) {
  x = reshape(tape, x, {3, 2, 1});
  Parameter& weight = parameter(store, "tied/weight", {1, 3, 3, 1});
  Parameter& bias = parameter(store, "tied/bias", {1});
  for (int i = 0; i < 2; ++i) x = tanh(tape, conv2d(tape, x, weight, &bias, {.padding = 1}));
  return flatten(tape, x);
}

Var four_features(Tape& tape, ParameterStore& store, Var x) {
  return relu(tape, dense(tape, store, x, "trunk/first", 4));
}

struct Net {
  const char* name;
  ModelOptions options;
};

std::vector<Net> nets() {
  return {{"chain", {.trunk = twice}},
          {"convolutions", {.trunk = convolved}},
          {"siamese", {.trunk = four_features, .head = siamese}}};
}

double total_loss(Model& model, const std::vector<double>& weights) {
  model.fill(1);
  model.plan.forward(1);
  double total = 0.0;
  for (int t = 0; t < model.tasks(); ++t) {
    total += weights[static_cast<std::size_t>(t)] * static_cast<double>(model.plan.loss(t));
  }
  return total;
}

}  // namespace

TEST_CASE("a parameter used twice has the derivative of the loss") {
  for (const Net& net : nets()) {
    for (const Streams& streams : {own_inputs(2, 5), common_inputs(2, 5), mixed_inputs(5)}) {
      CAPTURE(net.name);
      CAPTURE(streams.name);
      ParameterStore store(1);
      Model model = make_model(store, streams, net.options, {.lanes = LaneMode::per_task});
      std::vector<double> weights = ones(model.tasks());
      weights[1] = -0.5;
      model.sweep(1);
      model.plan.weigh(weights, weights);
      for (Parameter& p : store.parameters()) {
        CAPTURE(p.name);
        const auto size = static_cast<std::size_t>(p.value.size());
        std::vector<real> g(size);
        REQUIRE(model.plan.gradient(p, {.data = g.data()}));
        // Derivative along the gradient itself, by central differences.
        const std::vector<real> before(p.value.span().begin(), p.value.span().end());
        std::vector<double> slope(g.begin(), g.end());
        const double norm = std::sqrt(dot(slope, slope)), h = 2e-3 / norm;
        double difference = 0.0;
        for (const double sign : {1.0, -1.0}) {
          for (std::size_t i = 0; i < size; ++i) {
            p.value.data[i] =
                static_cast<real>(static_cast<double>(before[i]) + sign * h * slope[i]);
          }
          difference += sign * total_loss(model, weights);
        }
        std::ranges::copy(before, p.value.data);
        CHECK(difference / (2.0 * h) == doctest::Approx(norm * norm).epsilon(1e-2));
        model.sweep(1);
        model.plan.weigh(weights, weights);
      }
    }
  }
}

TEST_CASE("the gram of a parameter used twice has the cross terms") {
  for (const Net& net : nets()) {
    for (const Streams& streams : all_streams(6)) {
      CAPTURE(net.name);
      CAPTURE(streams.name);
      ParameterStore store(2);
      Model model =
          make_model(store, streams, net.options, {.lanes = LaneMode::per_task, .gram = true});
      const auto tasks = static_cast<std::size_t>(model.tasks());
      std::vector<double> gram(tasks * tasks), sum(tasks * tasks, 0.0);
      model.sweep(1);
      model.plan.gram(gram);
      for (std::size_t k = 0; k < model.plan.gram_blocks().size(); ++k) {
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += model.plan.gram_block(k)[i];
      }
      CHECK(relative_error(sum, gram) < 1e-12);
      const auto rows = jacobian(model, 1);
      for (std::size_t s = 0; s < tasks; ++s) {
        for (std::size_t t = 0; t < tasks; ++t) {
          const double size = std::sqrt(dot(rows[s], rows[s]) * dot(rows[t], rows[t]));
          CHECK(std::abs(gram[s * tasks + t] - dot(rows[s], rows[t])) < 1e-5 * size);
        }
      }
    }
  }
}

TEST_CASE("ops that share a parameter are one block of the gram") {
  ParameterStore store(2);
  Model model = make_model(store, own_inputs(2, 4), {.trunk = twice},
                           {.lanes = LaneMode::per_task, .gram = true});
  CHECK(model.plan.gram_blocks() == std::vector<std::string>{"first/weight", "square/weight"});
}

TEST_CASE("a weight used twice beside a bias of its own keeps both in the gram") {
  const Recorder trunk = [](Tape& tape, ParameterStore& s, Var x) {
    Parameter& weight = parameter(s, "tied/weight", {6, 6});
    x = tanh(tape, linear(tape, x, weight, &parameter(s, "a/bias", {6})));
    return tanh(tape, linear(tape, x, weight, &parameter(s, "b/bias", {6})));
  };
  for (const Index rows : {4, 60}) {
    ParameterStore store(2);
    Model model = make_model(store, mixed_inputs(rows), {.trunk = trunk},
                             {.lanes = LaneMode::per_task, .gram = true});
    std::vector<double> gram(36);
    model.sweep(1);
    model.plan.gram(gram);
    const auto j = jacobian(model, 1);
    std::vector<double> wanted;
    for (const auto& s : j) {
      for (const auto& t : j) wanted.push_back(dot(s, t));
    }
    CHECK(relative_error(gram, wanted) < 1e-5);
    CHECK(model.plan.gram_blocks() == std::vector<std::string>{"tied/weight"});
  }
}

TEST_CASE("each parameter is listed once, in order of first use") {
  ParameterStore store(3);
  Model model = make_model(store, own_inputs(1, 4), {.trunk = twice}, {});
  std::vector<std::string> names;
  for (const Parameter* p : model.plan.parameters()) names.push_back(p->name);
  CHECK(names == std::vector<std::string>{"first/weight", "first/bias", "square/weight",
                                          "square/bias", "heads/0/weight", "heads/0/bias"});
}
