#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "espalier/random.hpp"
#include "study/stats/bootstrap.hpp"

namespace espalier::stats {

namespace {

using Values = std::vector<double>;

// Share of intervals, of n values of a standard normal, that hold its mean.
template <class Interval>
double coverage(std::size_t n, int repetitions, Interval interval) {
  RandomStream random(3, "test/coverage");
  int held = 0;
  for (int r = 0; r < repetitions; ++r) {
    Values values(n);
    for (double& x : values) x = random.normal();
    const Estimate e = interval(values);
    held += e.low <= 0.0 && 0.0 <= e.high ? 1 : 0;
  }
  return static_cast<double>(held) / static_cast<double>(repetitions);
}

}  // namespace

TEST_CASE("Student's interval by hand, and of one value none") {
  // s = 1, t(2, 0.975) = 4.302653: 2 -+ 4.302653 / sqrt 3
  const Estimate e = mean_estimate(Values{1.0, 2.0, 3.0});
  CHECK(e.mean == doctest::Approx(2.0));
  CHECK(e.low == doctest::Approx(2.0 - 2.484138));
  CHECK(e.high == doctest::Approx(2.0 + 2.484138));
  const Estimate one = mean_estimate(Values{1.0});
  CHECK(one.mean == 1.0);
  CHECK(std::isnan(one.low));
  CHECK(std::isnan(mean_estimate({}).mean));
}

TEST_CASE("Student's interval holds the mean as often as it says") {
  for (const std::size_t n : {2U, 3U, 5U, 20U}) {
    CAPTURE(n);
    const double share = coverage(n, 20'000, [](const Values& v) { return mean_estimate(v); });
    CHECK(share == doctest::Approx(0.95).epsilon(0.006));  // 4 standard errors
    const double half = coverage(n, 20'000, [](const Values& v) { return mean_estimate(v, 0.5); });
    CHECK(half == doctest::Approx(0.5).epsilon(0.03));
  }
}

TEST_CASE(
    "the bootstrap interval comes near its level with many values, and says how near with few") {
  const auto interval = [](const Values& v) { return bootstrap_estimate(v, 0.95, 1, 400); };
  CHECK(coverage(5, 2000, interval) == doctest::Approx(0.86).epsilon(0.04));
  CHECK(coverage(40, 1000, interval) == doctest::Approx(0.94).epsilon(0.025));
}

TEST_CASE("the bootstrap: the same bits, inside the values, nothing of nothing") {
  const Values values = {0.1, 0.41, 0.23, 0.9, 0.32, 0.57, 0.77};
  const Estimate a = bootstrap_estimate(values), b = bootstrap_estimate(values);
  CHECK(a.low == b.low);
  CHECK(a.high == b.high);
  CHECK(a.low < a.mean);
  CHECK(a.mean < a.high);
  CHECK(a.low >= 0.1);
  CHECK(a.high <= 0.9);
  const Estimate other = bootstrap_estimate(values, 0.95, 2);
  CHECK(other.low + other.high != a.low + a.high);
  const Estimate equal = bootstrap_estimate(Values{0.5, 0.5, 0.5});
  CHECK(equal.low == 0.5);
  CHECK(equal.high == 0.5);
  CHECK(std::isnan(bootstrap_estimate(Values{0.5}).low));
  // Skewed to the right: the longer arm is there, too.
  const Estimate skewed = bootstrap_estimate(Values{1, 1, 1, 2, 1, 1, 2, 1, 9, 1, 1, 3});
  CHECK(skewed.high - skewed.mean > skewed.mean - skewed.low);
}

}  // namespace espalier::stats
