#include <doctest/doctest.h>

#include "espalier/testing.hpp"

ESPALIER_TEST_SOURCE("two_moons", {{"noise", 0.2}});

// Without noise every point is at distance 1 from the centre of its moon: (0, 0) or (1, 0.5).
TEST_CASE("points without noise lie on their moon") {
  const auto data =
      espalier::testing::read_part("two_moons", espalier::DataRole::train, {{"noise", 0.0}});
  const auto& inputs = data.find("inputs")->reals;
  const auto& labels = data.find("label")->integers;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const double x = static_cast<double>(inputs[2 * row]) - (labels[row] == 0 ? 0.0 : 1.0);
    const double y = static_cast<double>(inputs[2 * row + 1]) - (labels[row] == 0 ? 0.0 : 0.5);
    CHECK(x * x + y * y == doctest::Approx(1.0).epsilon(1e-5));
  }
}
