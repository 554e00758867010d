#include <doctest/doctest.h>

#include <cmath>

#include "espalier/testing.hpp"

// Derivatives (in my_name_test_f64), batches, missing labels, metrics, learning, repetition, linked
// and loaded: docs/testing-a-plugin.md.
ESPALIER_TEST_TASK("my_name", {{"hidden", 6}},
                   {.target = espalier::testing::number_column({2, 3})});

// A test of one's own: two rows, of which one has no value.
TEST_CASE("the loss is the mean of the squares, over what is there") {
  const auto found =
      espalier::testing::judge_numbers("my_name", {{1, 2}, {3, 4}}, {{1, 4}, {NAN, 5}});
  CHECK(found.loss == doctest::Approx((0 + 4 + 1) / 3.0));
  CHECK(found.measures.at("mae") == doctest::Approx((0 + 2 + 1) / 3.0));
}
