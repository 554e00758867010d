#include <doctest/doctest.h>

#include "espalier/testing.hpp"

// Derivatives (in my_name_test_f64), batches, owners, demand, inputs, repetition, linked and
// loaded: docs/testing-a-plugin.md.
ESPALIER_TEST_SHARING("my_name");
ESPALIER_TEST_SHARING("my_name", {{"start", 0.7}});

// A test of one's own: in the kit's trunk of stages `low` and `high` under tasks a, b, c.
TEST_CASE("the stage is shared, the gates are each task's own") {
  const auto shared = espalier::testing::parameters_shared("my_name");
  CHECK(shared.at("trunk/low/0/linear/weight"));
  CHECK_FALSE(shared.at("trunk/low/a/0/linear/weight"));
  CHECK_FALSE(shared.at("trunk/high/c/gate/value"));
}
