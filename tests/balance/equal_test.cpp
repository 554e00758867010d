#include <doctest/doctest.h>

#include "balance/balancer.hpp"
#include "core/set_fields.hpp"

using namespace espalier;

TEST_CASE("equal weighs every task with 1 and needs nothing") {
  const auto equal = test::make(balancer_table(), "equal");
  CHECK_FALSE(equal->needs().gram);
  CHECK_FALSE(equal->needs().losses);
  CHECK(equal->state().empty());
  std::vector<double> weights = {9, 0, -1};
  equal->weigh({}, weights);
  CHECK(weights == std::vector<double>{1, 1, 1});
}

TEST_CASE("every method says what it is and where it comes from") {
  for (const BalancerEntry& entry : balancer_table()) {
    CAPTURE(entry.name);
    const auto method = entry.make();
    REQUIRE(method != nullptr);
    CHECK_FALSE(method->info().summary.empty());
    CHECK_FALSE(method->info().formula.empty());
    CHECK_FALSE(method->info().paper.empty());
  }
}
