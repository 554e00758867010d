#include "balance/solve/simplex_projection.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "espalier/random.hpp"

using namespace espalier;

namespace {

std::vector<double> projected(std::vector<double> x) {
  solve::SimplexProjection projection;
  projection.project(x);
  return x;
}

}  // namespace

TEST_CASE("projections on the simplex by hand") {
  CHECK(projected({0.25, 0.75}) == std::vector<double>{0.25, 0.75});
  CHECK(projected({1, 1}) == std::vector<double>{0.5, 0.5});
  CHECK(projected({3, 1}) == std::vector<double>{1, 0});
  CHECK(projected({-5, -5, -5, -5}) == std::vector<double>(4, 0.25));
  CHECK(projected({7}) == std::vector<double>{1});
  const auto x = projected({1.0, 0.5, -2.0});  // t = 0.25 over the first two
  CHECK(x[0] == doctest::Approx(0.75));
  CHECK(x[1] == doctest::Approx(0.25));
  CHECK(x[2] == 0.0);
}

// x is the projection of y where <y - x, e_i - x> <= 0 for every corner e_i.
TEST_CASE("no corner of the simplex is nearer than the projection") {
  RandomStream random(11, "simplex");
  for (const double scale : {1e-10, 0.1, 1.0, 30.0, 1e20}) {
    for (std::size_t n = 1; n <= 20; ++n) {
      std::vector<double> y(n);
      for (double& value : y) value = scale * random.normal();
      const std::vector<double> x = projected(y);
      CHECK(std::accumulate(x.begin(), x.end(), 0.0) == doctest::Approx(1.0).epsilon(1e-12));
      CHECK(*std::ranges::min_element(x) >= 0.0);
      double own = 0.0;
      for (std::size_t i = 0; i < n; ++i) own += (y[i] - x[i]) * x[i];
      for (std::size_t i = 0; i < n; ++i) {
        CHECK(y[i] - x[i] - own <= 1e-12 * std::max(1.0, scale));
      }
    }
  }
}

TEST_CASE("projection of numbers so large that 1 is nothing beside them") {
  CHECK(projected({1e29, 1e29}) == std::vector<double>{0.5, 0.5});
  CHECK(projected({-1e29, 1e29, 1e29, 0}) == std::vector<double>{0, 0.5, 0.5, 0});
}
