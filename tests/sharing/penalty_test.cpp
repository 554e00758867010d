#include <cmath>

#include "sharing/column_penalty.hpp"
#include "sharing/orthogonality.hpp"
#include "sharing/trunk_model.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

Parameter& filled(ParameterStore& store, const std::string& name, const Shape& shape,
                  std::vector<double> numbers) {
  return store.parameter(name, shape, Domain::task,
                         {Initializer::Kind::given, 0.0, std::move(numbers)});
}

std::vector<real> gradient_of(const Penalty& penalty, std::size_t k) {
  std::vector<std::vector<real>> memory;
  std::vector<real*> places;
  for (const Parameter* p : penalty.parameters()) {
    memory.emplace_back(static_cast<std::size_t>(p->value.size()), real{7});  // overwritten
  }
  for (auto& block : memory) places.push_back(block.data());
  penalty.gradient(places);
  return memory[k];
}

/// Every gradient against central differences, in double.
void check_penalty(const Penalty& penalty) {
  for (std::size_t k = 0; k < penalty.parameters().size(); ++k) {
    const std::vector<real> gradient = gradient_of(penalty, k);
    check_derivative(penalty.parameters()[k]->value, std::span<const real>(gradient),
                     [&] { return penalty.value(); });
  }
}

}  // namespace

TEST_CASE("l2 soft sharing is the distance from the mean of the tasks") {
  ParameterStore store{3};
  Parameter& a = filled(store, "a", {2}, {1, 2});
  Parameter& b = filled(store, "b", {2}, {3, -2});
  const auto penalty = make_column_penalty({{&a}, {&b}}, false, 0.5);
  CHECK(penalty->value() == doctest::Approx(0.5 * 2 * (1 + 4)));  // means 2 and 0
  CHECK(gradient_of(*penalty, 0) == std::vector<real>{-1, 2});
  CHECK(gradient_of(*penalty, 1) == std::vector<real>{1, -2});
  check_penalty(*penalty);
}

TEST_CASE("the trace norm of orthogonal columns is the sum of their lengths") {
  ParameterStore store{3};
  Parameter& a = filled(store, "a", {3}, {3, 0, 4});
  Parameter& b = filled(store, "b", {3}, {0, 2, 0});
  const auto penalty = make_column_penalty({{&a}, {&b}}, true, 2.0);
  CHECK(penalty->value() == doctest::Approx(2.0 * (5 + 2)));
  CHECK(gradient_of(*penalty, 0)[2] == doctest::Approx(2.0 * 0.8));
  check_penalty(*penalty);
}

TEST_CASE("the trace norm of skew columns, and of one that repeats another") {
  ParameterStore store{3};
  Parameter& a = filled(store, "a", {2, 2}, {1, 0.5, -1, 2});
  Parameter& b = filled(store, "b", {2, 2}, {0.3, -1, 1, 1});
  Parameter& c = filled(store, "c", {2, 2}, {2, 0.1, 0.2, -0.7});
  check_penalty(*make_column_penalty({{&a}, {&b}, {&c}}, true, 0.7));
  const auto twice = make_column_penalty({{&a}, {&a}}, true, 1.0);
  CHECK(twice->value() == doctest::Approx(std::sqrt(2.0 * 6.25)));
  for (const real number : gradient_of(*twice, 0)) CHECK(std::isfinite(number));
}

TEST_CASE("orthogonality counts the inner products of units of different subspaces") {
  ParameterStore store{3};
  Parameter& w = filled(store, "w", {4, 2}, {1, 0, 0, 1, 1, 1, 0, 2});
  const auto penalty = make_orthogonality({&w}, 2, 0.5);
  // rows 0, 1 against rows 2, 3: (1, 0, 1, 2)
  CHECK(penalty->value() == doctest::Approx(0.5 * (1 + 0 + 1 + 4)));
  check_penalty(*penalty);
  check_penalty(*make_orthogonality({&w}, 4, 0.3));
  CHECK(make_orthogonality({&w}, 1, 0.5)->value() == 0.0);
}

TEST_CASE("a penalty enters the update once, with weight 1, whatever the tasks weigh") {
  const Chosen soft = chosen("soft", 2, {{"strength", 0.25}}), none = chosen("none", 2);
  const std::vector<Stage> stages = dense_stages();
  ParameterStore store{3}, other{3};
  TrunkModel tied(soft.blocks, stages, store), free(none.blocks, stages, other);
  Parameter& a = store.parameters()[0];
  REQUIRE(tied.plan().tape().penalties().size() == 2);  // one a stage
  const std::vector<real> pull = gradient_of(*tied.plan().tape().penalties()[0], 0);
  for (const double weight : {1.0, 0.0}) {
    const std::vector<double> ones(3, 1.0), weights(3, weight);
    tied.loss();
    tied.plan().backward(ones, ones);
    tied.plan().weigh(ones, weights);
    std::vector<real> found(pull.size());
    tied.plan().gradient(a, {.data = found.data(), .alpha = 1.0, .beta = 0.0});
    const std::vector<double> plain = free.gradient(other.parameters()[0]);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(static_cast<double>(found[i]) ==
            doctest::Approx(weight * plain[i] + static_cast<double>(pull[i])).epsilon(1e-4));
    }
  }
}

namespace {

/// The parameters of a softly shared trunk after three steps of SGD, with momentum or without: its
/// sinks announced, so that the penalties go there at once, or not.
std::vector<double> trained(const char* norm, double momentum, bool announced) {
  const Chosen soft = chosen("soft", 2, {{"strength", 0.25}, {"norm", norm}});
  const std::vector<Stage> stages = dense_stages();
  ParameterStore store{3};
  TrunkModel model(soft.blocks, stages, store);
  const std::vector<double> ones(3, 1.0);
  std::vector<std::vector<real>> velocities;
  std::vector<ParameterSink> sinks;
  for (Parameter* p : model.plan().parameters()) {
    velocities.emplace_back(static_cast<std::size_t>(p->value.size()));
    const bool plain = momentum == 0.0;
    sinks.push_back({p,
                     {.data = plain ? p->value.data : velocities.back().data(),
                      .alpha = plain ? -0.1 : 1.0,
                      .beta = plain ? 0.99 : momentum}});
  }
  for (std::uint64_t step = 0; step < 3; ++step) {
    model.loss(step);
    model.plan().backward(ones, ones);
    model.plan().weigh(ones, ones);
    if (announced) model.plan().announce(sinks);
    for (const ParameterSink& to : sinks) model.plan().gradient(*to.parameter, to.sink);
    if (momentum == 0.0) continue;
    for (std::size_t k = 0; k < sinks.size(); ++k) {
      real* const w = sinks[k].parameter->value.data;
      for (std::size_t i = 0; i < velocities[k].size(); ++i)
        w[i] -= static_cast<real>(0.1) * velocities[k][i];
    }
  }
  std::vector<double> all;
  for (const ParameterSink& to : sinks) {
    const auto numbers = to.parameter->value.span();
    all.insert(all.end(), numbers.begin(), numbers.end());
  }
  return all;
}

}  // namespace

TEST_CASE("penalties that go to announced sinks make the step that those in memory make") {
  for (const char* norm : {"l2", "trace"}) {
    for (const double momentum : {0.0, 0.9}) {
      CAPTURE(norm);
      CAPTURE(momentum);
      const std::vector<double> found = trained(norm, momentum, true);
      const std::vector<double> wanted = trained(norm, momentum, false);
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        CHECK(found[i] == doctest::Approx(wanted[i]).epsilon(1e-4).scale(1.0));
      }
    }
  }
  CHECK(trained("l2", 0.9, true) != trained("trace", 0.9, true));
}

TEST_CASE("a penalty with one sink of many unknown keeps to memory") {
  const Chosen soft = chosen("soft", 2, {{"strength", 0.25}});
  const std::vector<Stage> stages = dense_stages();
  ParameterStore store{3};
  TrunkModel model(soft.blocks, stages, store);
  const Parameter& first = *model.plan().parameters()[0];
  const std::vector<double> wanted = model.gradient(first);
  const std::vector<double> ones(3, 1.0);
  model.loss();
  model.plan().backward(ones, ones);
  model.plan().weigh(ones, ones);
  std::vector<real> found(wanted.size());
  const ParameterSink to{&first, {.data = found.data(), .alpha = 1.0, .beta = 0.0}};
  model.plan().announce({&to, 1});
  model.plan().gradient(first, to.sink);
  CHECK(std::vector<double>(found.begin(), found.end()) == wanted);
}
