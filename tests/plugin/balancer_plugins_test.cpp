#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "support.hpp"

// Balancers that plugins bring: what they hand back is looked at, what they throw names them.
namespace espalier {

namespace {

Registry registry() { return Registry({ESPALIER_BAD_PLUGINS}); }

struct Weights {
  std::array<double, 3> numbers{-1.0, -1.0, -1.0};
  std::string error;
};

/// One step of three tasks; `number` counts from 0.
Weights weigh(Balancer& method, std::uint64_t number = 0) {
  Weights out;
  const std::array<double, 3> losses{1.0, 2.0, 3.0};
  try {
    method.weigh({.losses = losses, .step = number}, out.numbers);
  } catch (const Error& error) {
    out.error = error.what();
  }
  return out;
}

std::string weigh_error(const std::string& plugin, std::uint64_t step = 0) {
  return weigh(*registry().load_balancer(plugin), step).error;  // its registry is gone
}

}  // namespace

TEST_CASE("a plugin's balancer weighs") {
  const auto method = registry().load_balancer("nan_weights");
  const Weights out = weigh(*method);
  CHECK(out.error.empty());
  CHECK(out.numbers == std::array<double, 3>{1.0, 1.0, 1.0});
  CHECK(method->info().summary == "NaN in the third step");
  CHECK(method->needs().losses);
  CHECK(method->state().empty());
  CHECK_THROWS_WITH_AS(method->combine({}, {}, {}),
                       "[plugin nan_weights] combine: [balance] expected a method whose needs() it "
                       "serves, found one without combine",
                       RunFailure);
}

TEST_CASE("what a balancer throws names the plugin and the call") {
  CHECK(weigh_error("throws_in_weigh") == "[plugin throws_in_weigh] weigh: the scales are broken");
}

TEST_CASE("the number of weights is the number of tasks") {
  CHECK(weigh_error("too_few_weights") ==
        "[plugin too_few_weights] weigh: expected 3 weights, one for each task at hand, found 2");
  CHECK(weigh_error("too_many_weights") ==
        "[plugin too_many_weights] weigh: expected 3 weights, one for each task at hand, found "
        "more");
}

TEST_CASE("weights that are no numbers name task and step") {
  CHECK(weigh_error("nan_weights", 1).empty());
  CHECK(weigh_error("nan_weights", 2) ==
        "[plugin nan_weights] weigh: expected finite weights, found nan for task 3 of 3 in step "
        "3");
}

TEST_CASE("needs that no step can serve are refused") {
  CHECK_THROWS_WITH_AS(registry().load_balancer("wrong_needs")->needs(),
                       "[plugin wrong_needs] needs: expected one of gram or features, jacobian, "
                       "cross_gram, cross_product and validation, found several",
                       PluginError);
}

TEST_CASE("a plugin of another kind is no balancer") {
  CHECK_THROWS_WITH_AS(registry().load_balancer("number_file"),
                       "[plugin number_file] expected a plugin that contributes a balancer, found "
                       "one that contributes a source",
                       PluginError);
}

}  // namespace espalier
