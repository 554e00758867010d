#include <doctest/doctest.h>

#include "espalier/testing.hpp"

ESPALIER_TEST_TASK("mean_recall");

// Three rows of class 0, all right; one of class 1, wrong; none of class 2.
TEST_CASE("a frequent class counts no more than a rare one") {
  const auto found = espalier::testing::judge_labels(
      "mean_recall", {{1, 0, 0}, {1, 0, 0}, {1, 0, 0}, {1, 0, 0}}, {0, 0, 0, 1});
  CHECK(found.measures.at("mean_recall") == doctest::Approx(0.5));
  CHECK(found.measures.at("accuracy") == doctest::Approx(0.75));
}
