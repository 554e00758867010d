#include "balance/steps.hpp"

using namespace espalier;
using test::Steps;

namespace {

const std::map<std::string, test::Option> kDirichlet = {{"distribution", std::string("dirichlet")}};

}  // namespace

TEST_CASE("rlw is the softmax of normal numbers from its own stream") {
  RandomStream same(1, "balance/test");
  Steps method("rlw");
  for (int k = 0; k < 20; ++k) {
    const auto w = method.weigh({1, 1, 1}).weights;
    const double a = std::exp(same.normal()), b = std::exp(same.normal()),
                 c = std::exp(same.normal());
    test::check_near(w, {a / (a + b + c), b / (a + b + c), c / (a + b + c)});
  }
}

// Moments over 20000 draws. Uniform on the simplex of 3: E w = 1/3, Var w = 2 / (9 * 4) = 1/18,
// P(w < x) = 1 - (1 - x)^2; deviations of the means below 0.0017 (one sigma).
TEST_CASE("rlw dirichlet is uniform on the simplex") {
  Steps method("rlw", kDirichlet);
  double mean = 0, square = 0, below = 0;
  for (int k = 0; k < 20000; ++k) {
    const auto w = method.weigh({1, 1, 1}).weights;
    if (std::abs(w[0] + w[1] + w[2] - 1) > 1e-12) FAIL_CHECK("weights do not add up to 1");
    mean += w[1] / 20000;
    square += w[1] * w[1] / 20000;
    below += w[1] < 0.25 ? 1 / 20000.0 : 0.0;
  }
  CHECK(std::abs(mean - 1 / 3.0) < 0.008);
  CHECK(std::abs(square - mean * mean - 1 / 18.0) < 0.004);
  CHECK(std::abs(below - (1 - 0.5625)) < 0.018);
}

TEST_CASE("rlw weighs one task with 1, and draws anew at every step") {
  for (const auto& options : {std::map<std::string, test::Option>{}, kDirichlet}) {
    Steps method("rlw", options, 3);
    CHECK(method.weigh({5}, {2}).weights == std::vector<double>{1});
    const auto first = method.weigh({1, 1, 1}).weights;
    CHECK(method.weigh({1, 1, 1}).weights != first);
    test::check_finite("rlw", options);
    // A stream put back gives the same weights again: the method keeps nothing itself.
    method.random.seek(0);
    const auto again = method.weigh({1, 1, 1}).weights;
    method.random.seek(0);
    CHECK(method.weigh({1, 1, 1}).weights == again);
    CHECK(method.method->state().empty());
  }
}
