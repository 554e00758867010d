#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "testing/wrong_tasks.hpp"

/// What the kit offers to tests of an author's own.
namespace espalier::test {

namespace {

/// Share of rows whose prediction, one number, has the label's sign: 1 is above zero, 0 below.
class SignAccuracy : public Metric {
 public:
  SignAccuracy() : Metric(2) {}
  std::string_view name() const override { return "sign_accuracy"; }
  bool higher_is_better() const override { return true; }
  void add(const ConstTensor& prediction, const Target& target) override {
    for (Index row = 0; row < prediction.shape[0]; ++row) {
      const bool above = prediction.rows(row, 1).data[0] > 0;
      sums()[0] += above == (target.classes.data[row] == 1) ? 1.0 : 0.0;
      sums()[1] += 1.0;
    }
  }
  double value() const override { return sums()[0] / sums()[1]; }
};

/// Two classes told apart by one number: a task whose predictions are narrower than its classes.
class SignTask : public Task {
 public:
  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::integer || column.classes != 2)
      throw DataError("expected 2 classes");
  }
  Var head(const Net& net, Var features) const override {
    return linear(net, "output", features, {.units = 1});
  }
  Var loss(const Net& net, Var prediction, Var target) const override {
    return cross_entropy(net, concat(net, {scale(net, prediction, -1.0), prediction}, 1), target);
  }
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> made;
    made.push_back(std::make_unique<SignAccuracy>());
    return made;
  }
};

}  // namespace

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

TEST_CASE("the labels can be those of a column of one's own") {
  TargetColumn column = testing::label_column(2);
  const auto found =
      testing::judge_labels(kInfo<SignTask>, {{3}, {-1}, {2}}, {1, 0, 0}, {}, column);
  CHECK(found.measures.at("sign_accuracy") == doctest::Approx(2.0 / 3.0));
  CHECK_THROWS_WITH_AS(testing::judge_labels(kInfo<SignTask>, {{3}}, {2}, {}, column),
                       "[testing] expected labels below 2, the classes of the column, found 2",
                       ConfigError);
  column.sample = {2};
  CHECK_THROWS_WITH_AS(testing::judge_labels(kInfo<SignTask>, {{3}}, {1}, {}, column),
                       "[testing] expected as many targets as predictions times 2, the numbers of "
                       "a sample, and one or more, found 1 and 1",
                       ConfigError);
}

TEST_CASE("real targets can be those of a column of one's own") {
  const TargetColumn column = testing::number_column({1, 2});
  const auto found = testing::judge_numbers(kInfo<RightSquared>, {{1, 2}}, {{3, 2}}, {}, column);
  CHECK(found.loss == doctest::Approx(2.0));
  CHECK_THROWS_WITH_AS(testing::judge_numbers(kInfo<RightSquared>, {{1, 2}}, {{3}}, {}, column),
                       "[testing] expected targets of 2 numbers a row, as the column has, found 1",
                       ConfigError);
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
