#include "balance/steps.hpp"

using namespace espalier;
using test::Steps;

namespace {

const std::vector<double> kWeights = {0.5, 0, 2};

}  // namespace

TEST_CASE("fixed weights are those the user chose, by the tasks' places in the experiment") {
  Steps fixed("fixed", {{"weights", kWeights}}, 3);
  CHECK(fixed.weigh({1, 1, 1}).weights == kWeights);
  CHECK(fixed.weigh({1, 1}, {0, 2}).weights == std::vector<double>{0.5, 2});
  CHECK(fixed.weigh({1}, {1}).weights == std::vector<double>{0});
  CHECK_FALSE(fixed.method->needs().losses);
  BalanceConventions conventions;
  fixed.method->conventions(conventions);
  CHECK(conventions.heads == "weighted");
}

TEST_CASE("fixed weights of another count than the tasks' are refused") {
  const auto fixed = test::method_named("fixed", {{"weights", kWeights}});
  CHECK_THROWS_WITH_AS(fixed->begin({.tasks = 2}),
                       "balance.fixed.weights: expected 2 numbers, one for each task, found 3",
                       ConfigError);
  CHECK_THROWS_WITH_AS(fixed->begin({.tasks = 1}),
                       "balance.fixed.weights: expected 1 number, for the one task, found 3",
                       ConfigError);
  CHECK_NOTHROW(fixed->begin({.tasks = 3}));
  std::vector<double> weights(2);
  CHECK_THROWS_AS(fixed->weigh({}, weights), ConfigError);
}
