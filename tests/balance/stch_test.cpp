#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Steps;

namespace {

// Warmed up in epoch 1 with means 3 and 6.
Steps warm(std::map<std::string, test::Option> options = {}) {
  options["warmup"] = Index{1};
  Steps stch("stch", options, 2);
  stch.weigh({100, 100});
  stch.epoch = 1;
  stch.weigh({2, 4});
  stch.weigh({4, 8});
  stch.epoch = 2;
  return stch;
}

}  // namespace

TEST_CASE("stch trains on logarithms until the nadir is known, and says so") {
  Steps stch("stch", {}, 2);
  for (std::uint64_t e = 0; e < 5; ++e) {
    stch.epoch = e;
    const Outcome out = stch.weigh({2, 5});
    CHECK(out.weights == std::vector<double>{0.5, 0.2});
    CHECK(out.fallback.find("warm-up") != std::string::npos);
  }
  stch.epoch = 5;  // nadir 2, 5: softmax(log 2, 0) = (2/3, 1/3)
  const Outcome out = stch.weigh({4, 5});
  test::check_near(out.weights, {2 * 2 / 3.0 / 4, 2 / 3.0 / 5});
  CHECK(out.fallback.empty());
}

TEST_CASE("stch weighs by each loss's share of the losses over their nadirs") {
  // mu = 1, nadir 3, 6: shares of 3/3 and 3/6 are 2/3 and 1/3; w = 2 share / L
  test::check_near(warm().weigh({3, 3}).weights, {4 / 9.0, 2 / 9.0});
}

TEST_CASE("stch's weights are the derivatives of its smooth maximum") {
  const auto objective = [](const std::vector<double>& l) {
    return 2 * 0.3 * std::log(std::pow(l[0] / 3, 1 / 0.3) + std::pow(l[1] / 6, 1 / 0.3));
  };
  Steps stch = warm({{"mu", 0.3}});
  const auto weights = stch.weigh({1.3, 3.1}).weights;
  CHECK(
      weights[0] ==
      doctest::Approx((objective({1.3001, 3.1}) - objective({1.2999, 3.1})) / 2e-4).epsilon(1e-6));
  CHECK(
      weights[1] ==
      doctest::Approx((objective({1.3, 3.1001}) - objective({1.3, 3.0999})) / 2e-4).epsilon(1e-6));
}

TEST_CASE("stch with a small mu trains the worst task alone") {
  Steps stch = warm({{"mu", 1e-4}});
  test::check_near(stch.weigh({3, 5}).weights, {2 / 3.0, 0});
  test::check_near(stch.weigh({2, 5}).weights, {0, 2 / 5.0});
}

TEST_CASE("stch takes losses without logarithm, absent tasks and one task") {
  Steps stch = warm();
  const Outcome out = stch.weigh({0, 3});
  test::check_near(out.weights, {1, 1 / 3.0});
  CHECK(out.fallback.find("not above zero") != std::string::npos);
  test::check_near(stch.weigh({5}, {1}).weights, {0.2});
  // A task that was absent in the nadir's epoch takes its first loss: 4, so 8 counts as 2.
  Steps late("stch", {{"warmup", Index{0}}}, 2);
  late.weigh({2}, {0});
  late.epoch = 1;
  test::check_near(late.weigh({2, 4}).weights, {0.5, 0.25});
  test::check_near(late.weigh({2, 8}).weights, {2 / 3.0 / 2, 4 / 3.0 / 8});
}

TEST_CASE("stch resumes and is finite at every scale") {
  test::check_resumes(
      [] {
        return Steps("stch", {{"warmup", Index{1}}}, 2);
      },
      [](Steps& s, int k) {
        s.epoch = static_cast<std::uint64_t>(k) / 2;
        return s.weigh({1.0 / (1 + k), 1.0 + k % 3});
      });
  test::check_finite("stch", {{"warmup", Index{1}}});
  test::check_finite("stch", {{"warmup", Index{0}}, {"mu", 1e-6}});
}
