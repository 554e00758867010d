#include <doctest/doctest.h>

#include "espalier/testing.hpp"

ESPALIER_TEST_TASK("interval", {{"coverage", 0.9}});

// d = 1 from the lower end (0), the median (1) and the upper end (3): 0.1 * 1 + 0 + 0.1 * 2.
TEST_CASE("the loss of an interval around the target") {
  const auto found = espalier::testing::judge_numbers("interval", {{0, 1, 3}}, {{1}});
  CHECK(found.loss == doctest::Approx(0.3));
  CHECK(found.measures.at("inside") == 1.0);
  CHECK(found.measures.at("median_error") == 0.0);
}
