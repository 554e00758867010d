#include <doctest/doctest.h>

#include <cmath>

#include "espalier/testing.hpp"

// Weights for all tasks and for some, sizes from 1e-10 to 1e10, zeros, order, resuming, repetition,
// linked and loaded: docs/testing-a-plugin.md.
ESPALIER_TEST_BALANCER("my_name");
ESPALIER_TEST_BALANCER("my_name", {{"temperature", 0.1}, {"keep", 0.0}});

// A test of one's own: two steps of two tasks, of which the first one's loss falls to a half.
TEST_CASE("the task that has fallen less weighs more") {
  const auto weights =
      espalier::testing::weights_of("my_name", {{.losses = {2.0, 3.0}}, {.losses = {1.0, 3.0}}},
                                    {{"temperature", 1.0}, {"keep", 0.0}});
  CHECK(weights[0][0] == doctest::Approx(1.0));
  CHECK(weights[0][1] == doctest::Approx(1.0));
  CHECK(weights[1][1] / weights[1][0] == doctest::Approx(std::exp(1.0 - 0.5)));
  CHECK(weights[1][0] + weights[1][1] == doctest::Approx(2.0));
}
