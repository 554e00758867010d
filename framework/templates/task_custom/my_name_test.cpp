#include <doctest/doctest.h>

#include "espalier/testing.hpp"

// Derivatives (in my_name_test_f64), batches, missing labels, metrics, learning, repetition, linked
// and loaded: docs/testing-a-plugin.md.
ESPALIER_TEST_TASK("my_name", {}, {.target = espalier::testing::label_column(3)});

// A test of one's own: margins 2.5 and -1, and a row without a label.
TEST_CASE("the loss is the mean of what the margins lack to 1") {
  const auto found =
      espalier::testing::judge_labels("my_name", {{3, 0.5, 0}, {1, 0, -1}, {9, 9, 9}}, {0, 1, -1});
  CHECK(found.loss == doctest::Approx((0 + 2) / 2.0));
  CHECK(found.measures.at("margin") == doctest::Approx((2.5 - 1) / 2.0));
  CHECK(found.measures.at("accuracy") == doctest::Approx(0.5));
}
