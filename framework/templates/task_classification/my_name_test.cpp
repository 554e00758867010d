#include <doctest/doctest.h>

#include <cmath>

#include "espalier/testing.hpp"

// Derivatives (in my_name_test_f64), batches, missing labels, metrics, learning, repetition, linked
// and loaded: docs/testing-a-plugin.md.
ESPALIER_TEST_TASK("my_name", {{"hidden", 6}});

// A test of one's own: two rows of three logits, with their labels.
TEST_CASE("the loss of knowing nothing is log 3, and the larger logit counts") {
  const auto even = espalier::testing::judge_labels("my_name", {{0, 0, 0}, {0, 0, 0}}, {0, 2});
  CHECK(even.loss == doctest::Approx(std::log(3.0)));
  const auto half = espalier::testing::judge_labels("my_name", {{1, 0, 0}, {1, 0, 0}}, {0, 2});
  CHECK(half.measures.at("accuracy") == doctest::Approx(0.5));
}
