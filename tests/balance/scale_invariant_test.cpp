#include "balance/steps.hpp"

using namespace espalier;
using test::Steps;

TEST_CASE("scale_invariant divides each loss by itself") {
  Steps method("scale_invariant");
  CHECK(method.weigh({0.5, 4}).weights == std::vector<double>{2, 0.25});
  CHECK(method.weigh({8}).weights == std::vector<double>{0.125});
  // w L is the same in all units
  const auto small = method.weigh({3e-10, 7e-10}).weights;
  CHECK(small[0] * 3e-10 == doctest::Approx(1.0));
  CHECK(small[1] * 7e-10 == doctest::Approx(1.0));
}

TEST_CASE("scale_invariant gives weight 1 to losses without logarithm and says so") {
  Steps method("scale_invariant");
  for (const double bad : {0.0, -2.0, 1e-40, HUGE_VAL, std::nan("")}) {
    CAPTURE(bad);
    const auto out = method.weigh({2, bad});
    CHECK(out.weights == std::vector<double>{0.5, 1});
    CHECK(out.fallback.find("not above zero") != std::string::npos);
  }
  CHECK(method.weigh({2, 3}).fallback.empty());
}

TEST_CASE("scale_invariant is finite at every scale") { test::check_finite("scale_invariant"); }
