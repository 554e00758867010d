#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Steps;

namespace {

// T softmax(r / temperature), from the definition.
std::vector<double> softmax_of(const std::vector<double>& rates, double temperature) {
  std::vector<double> w;
  double sum = 0.0;
  for (const double r : rates) sum += std::exp(r / temperature);
  for (const double r : rates) {
    w.push_back(static_cast<double>(rates.size()) * std::exp(r / temperature) / sum);
  }
  return w;
}

}  // namespace

TEST_CASE("dwa is plain for two epochs, then follows the ratio of the epochs' means") {
  Steps dwa("dwa", {}, 2);
  const std::vector<double> ones = {1, 1};
  CHECK(dwa.weigh({6, 1}).weights == ones);
  CHECK(dwa.weigh({2, 3}).weights == ones);  // means 4, 2
  dwa.epoch = 1;
  CHECK(dwa.weigh({1, 2}).weights == ones);
  CHECK(dwa.weigh({3, 1}).weights == ones);
  CHECK(dwa.weigh({2, 3}).weights == ones);  // means 2, 2
  dwa.epoch = 2;
  test::check_near(dwa.weigh({1, 1}).weights, softmax_of({0.5, 1}, 2));
  test::check_near(dwa.weigh({9, 1}).weights, softmax_of({0.5, 1}, 2));  // means 5, 1
  dwa.epoch = 3;
  const Outcome out = dwa.weigh({1, 1});
  test::check_near(out.weights, softmax_of({2.5, 0.5}, 2));
  CHECK(out.fallback.empty());
}

TEST_CASE("dwa compares windows of steps where it is told to") {
  Steps dwa("dwa", {{"window", Index{2}}, {"temperature", 0.5}}, 2);
  for (const double loss : {3.0, 5.0, 1.0, 1.0}) {
    CHECK(dwa.weigh({loss, 1}).weights == std::vector<double>{1, 1});
  }
  test::check_near(dwa.weigh({1, 1}).weights, softmax_of({0.25, 1}, 0.5));
}

TEST_CASE("dwa's means run over the steps that have the task") {
  Steps dwa("dwa", {}, 3);
  dwa.weigh({4, 1, 1});
  dwa.weigh({8, 1}, {1, 2});  // means 4, 4.5, 1
  dwa.epoch = 1;
  dwa.weigh({1, 2}, {0, 2});  // means 1, none, 2
  dwa.epoch = 2;
  // Task 1 has no second mean yet: r = 1
  const auto wanted = softmax_of({0.25, 1, 2}, 2);
  test::check_near(dwa.weigh({9, 9}, {1, 2}).weights, {wanted[1], wanted[2]});
  dwa.epoch = 3;
  // 0 keeps 1/4; 1 has 9 / 4.5; 2 has 9 / 2
  test::check_near(dwa.weigh({1, 1, 1}).weights, softmax_of({0.25, 2, 4.5}, 2));
}

TEST_CASE("dwa takes a mean that is not positive for a rate of 1 and says so") {
  Steps dwa("dwa", {}, 2);
  dwa.weigh({0, 4});
  dwa.epoch = 1;
  dwa.weigh({1, 2});
  dwa.epoch = 2;
  const Outcome out = dwa.weigh({1, 1});
  test::check_near(out.weights, softmax_of({1, 0.5}, 2));
  CHECK(out.fallback.find("mean loss") != std::string::npos);
}

TEST_CASE("dwa of one task is 1") {
  Steps dwa("dwa");
  for (std::uint64_t e = 0; e < 5; ++e) {
    dwa.epoch = e;
    CHECK(dwa.weigh({1.0 + static_cast<double>(e)}).weights == std::vector<double>{1});
  }
}

TEST_CASE("dwa resumes within an epoch and is finite at every scale") {
  test::check_resumes([] { return Steps("dwa", {}, 2); },
                      [](Steps& s, int k) {
                        s.epoch = static_cast<std::uint64_t>(k) / 2;
                        return s.weigh({1.0 / (1 + k), 1.0 + k % 3});
                      });
  test::check_finite("dwa");
}
