#include <doctest/doctest.h>

#include <array>

#include "testing/wrong_tasks.hpp"

/// The kit's checks of tasks: right ones pass, and each wrong one is caught by one check alone.
namespace espalier::test {

namespace {

using testing::Report;
using testing::Result;
using Names = std::vector<std::string>;

constexpr bool kDouble = std::is_same_v<real, double>;

/// The sentence of the one check that fails.
std::string sentence(const Report& report, const std::string& check) {
  CHECK(failures(report) == Names{check});
  return result_of(report, check).sentence;
}

bool begins(const std::string& text, std::string_view beginning) {
  CAPTURE(text);
  return text.starts_with(beginning);
}

}  // namespace

TEST_CASE("tasks with nothing wrong pass every check") {
  CHECK(failures(tried<RightTask>()) == Names{});
  CHECK(failures(tried<RightTask>({{"hidden", 3}}, {.target = testing::label_column(5)})) ==
        Names{});
  CHECK(failures(tried<RightSquared>()) == Names{});
  CHECK(failures(tried<RightMetric>()) == Names{});
  const Report report = tried<RightTask>();
  CHECK(report.size() == 11);
  CHECK((result_of(report, "gradients").kind == Result::Kind::skipped) != kDouble);
  CHECK(result_of(report, "static_dynamic").kind == Result::Kind::skipped);
}

TEST_CASE("a head whose shape depends on the batch") {
  CHECK(sentence(tried<ShapeOfBatch>(), "shapes") ==
        "expected predictions of (2) a row, found (3) in a batch of 2");
}

TEST_CASE("a task that throws is quoted, and the other checks are left out") {
  const Report report = tried<ThrowsInLoss>();
  CHECK(sentence(report, "shapes") ==
        "expected no error, found: [plugin tried] loss: no loss today");
  CHECK(result_of(report, "overfit").kind == Result::Kind::skipped);
}

TEST_CASE("a derivative that is not one") {
  const Report report = tried<WrongGradient>();
  if (kDouble) {
    CHECK(begins(sentence(report, "gradients"), "expected "));
    CHECK(result_of(report, "gradients")
              .sentence.find("as the derivative of the loss in number 0 "
                             "of the features, found") != std::string::npos);
  } else {
    CHECK(failures(report) == Names{});
    CHECK(result_of(report, "gradients").sentence ==
          "differences need the test in double precision");
  }
}

TEST_CASE("predictions that depend on the size of the batch") {
  CHECK(
      begins(sentence(tried<ScaledByRows>(), "predictions_of_rows"),
             "expected the predictions of a row to be the same in batches of 1 and of 7, found "));
}

TEST_CASE("a loss that is no mean over rows") {
  CHECK(begins(sentence(tried<SquareOfMean>(), "loss_of_rows"),
               "expected the loss of a batch to be the mean of its rows' losses, "));
  CHECK(failures(tried<SquareOfMean>({}, {.skip = {"loss_of_rows"}})) == Names{});
}

TEST_CASE("a loss that counts rows without a label") {
  CHECK(begins(sentence(tried<MeanOverAllRows>(), "missing_labels"),
               "expected rows without a label to leave the loss as it is, "));
}

TEST_CASE("a metric that counts rows without a label") {
  CHECK(begins(sentence(tried<CountsMissing>(), "missing_in_metrics"),
               "expected rows without a label to leave odd as it is, "));
}

TEST_CASE("a loss that divides by no labels") {
  CHECK(begins(sentence(tried<MeanOverNothing>(), "empty_batch"),
               "expected a finite loss of a batch without labels, found "));
}

TEST_CASE("a metric whose batches do not add up, or that keeps more than its sums") {
  CHECK(begins(sentence(tried<MeanOfBatches>(), "metric_merging"),
               "expected two batches to give the odd of both as one, "));
  CHECK(begins(sentence(tried<StateBesideSums>(), "metric_merging"),
               "expected odd to go on from its sums with "));
}

TEST_CASE("a task that does not learn, or learns the contrary") {
  CHECK(begins(sentence(tried<BlindHead>(), "overfit"),
               "expected the loss of 32 examples to fall from "));
  CHECK(
      begins(sentence(tried<WrongSign>(), "overfit"),
             "expected a measure to get better as the loss of 32 examples falls, found accuracy "));
}

TEST_CASE("tasks that differ from each other") {
  CHECK(begins(
      sentence(tried<CountsItself>(), "determinism"),
      "expected the same bits from two tasks made alike, found that the loss of step 1 is "));
}

TEST_CASE("options and the names of checks are looked at") {
  CHECK(sentence(tried<RightTask>({{"hiden", 3}}), "options") ==
        "[testing] unknown option 'hiden'; did you mean 'hidden'?");
  CHECK(sentence(tried<RightTask>({{"hidden", 0}}), "options").find("found 0") !=
        std::string::npos);
  CHECK(sentence(tried<RightTask>({{"hidden", 0.5}}), "options") ==
        "[testing] option hidden: expected an integer, found another type");
  CHECK_THROWS_WITH_AS(
      tried<RightTask>({}, {.skip = {"overfitt"}}),
      "[testing] skip: expected names of checks (shapes, gradients, predictions_of_rows, "
      "loss_of_rows, missing_labels, missing_in_metrics, empty_batch, metric_merging, overfit, "
      "determinism, static_dynamic), found 'overfitt'; did you mean 'overfit'?",
      ConfigError);
}

TEST_CASE("a plugin that is not linked is named") {
  CHECK_THROWS_WITH_AS(testing::plugin_named("triedd", std::array{&kInfo<RightTask>}),
                       "[testing] expected a plugin that is linked into this program (tried), "
                       "found 'triedd'; did you mean 'tried'?",
                       PluginError);
}

}  // namespace espalier::test
