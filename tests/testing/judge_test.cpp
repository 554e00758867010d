#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "testing/wrong_tasks.hpp"

/// What the kit offers to tests of an author's own.
namespace espalier::test {

TEST_CASE("predictions are judged by the task's own loss and measures") {
  const testing::Judgement found =
      testing::judge_labels(kInfo<RightTask>, {{2, 0}, {0, 3}, {5, 5}}, {0, 0, -1});
  // log(1 + e^-2) and log(1 + e^3); the third row has no label.
  const double expected = (std::log1p(std::exp(-2.0)) + std::log1p(std::exp(3.0))) / 2.0;
  CHECK(found.loss == doctest::Approx(expected).epsilon(1e-5));
  CHECK(found.measures.at("accuracy") == doctest::Approx(0.5));
}

TEST_CASE("real targets are judged likewise") {
  const double missing = std::numeric_limits<double>::quiet_NaN();
  const testing::Judgement found =
      testing::judge_numbers(kInfo<RightSquared>, {{1}, {4}, {7}}, {{3}, {1}, {missing}});
  CHECK(found.loss == doctest::Approx((4 + 9) / 2.0));
  CHECK(found.measures.at("rmse") == doctest::Approx(std::sqrt(6.5)));
}

TEST_CASE("rows that do not fit are refused") {
  CHECK_THROWS_WITH_AS(testing::judge_labels(kInfo<RightTask>, {{2, 0}}, {0, 1}),
                       "[testing] expected as many targets as predictions, and one or more, found "
                       "2 and 1",
                       ConfigError);
  CHECK_THROWS_WITH_AS(testing::judge_labels(kInfo<RightTask>, {{2, 0}, {1}}, {0, 1}),
                       "[testing] expected predictions of 2 numbers a row, found 1", ConfigError);
  CHECK_THROWS_WITH_AS(
      testing::judge_labels(kInfo<RightTask>, {{2, 0}, {1, 4}}, {0, 900000}),
      "[testing] expected labels below 2, the numbers of a prediction, found 900000", ConfigError);
  CHECK_THROWS_AS(testing::judge_numbers(kInfo<RightTask>, {{2.0}}, {{0.0}}), DataError);
}

}  // namespace espalier::test
