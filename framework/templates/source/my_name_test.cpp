#include <doctest/doctest.h>

#include <cmath>

#include "espalier/testing.hpp"

// Columns, labels, numbers of rows, repetition, test rows, seed, digest, linked and loaded:
// docs/testing-a-plugin.md.
ESPALIER_TEST_SOURCE("my_name");
ESPALIER_TEST_SOURCE("my_name", {{"arms", 5}, {"noise", 0.0}});

// A test of one's own: without noise, a point is as far out as it says.
TEST_CASE("the radius is the distance from the centre") {
  const auto data = espalier::testing::read_part("my_name", espalier::DataRole::train,
                                                 {{"arms", 3}, {"noise", 0.0}});
  const auto& points = data.find("inputs")->reals;
  const auto& radius = data.find("radius")->reals;
  CHECK(data.find("label")->classes == 3);
  for (std::size_t i = 0; i < radius.size(); ++i) {
    const double found = std::hypot(points[2 * i], points[2 * i + 1]);
    CHECK(found == doctest::Approx(static_cast<double>(radius[i])).epsilon(1e-5));
  }
}
