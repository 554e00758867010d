#include <doctest/doctest.h>

#include "espalier/testing.hpp"

// A batch's loss is a mean over the rows that count, of which some batches have fewer than others.
ESPALIER_TEST_TASK("masked", {{"ignore", {1}}},
                   {.target = espalier::testing::label_column(4), .skip = {"loss_of_rows"}});

// The second row has no label, the third one that is left out: both are as if they were not there.
TEST_CASE("rows that are left out change neither loss nor measure") {
  using espalier::testing::judge_labels;
  const espalier::testing::Options options = {{"ignore", {1}}};
  const auto all = judge_labels("masked", {{2, 0, 0}, {0, 3, 0}, {0, 0, 9}}, {0, -1, 1}, options);
  const auto one = judge_labels("masked", {{2, 0, 0}}, {0}, options);
  CHECK(all.loss == doctest::Approx(one.loss));
  CHECK(all.measures.at("accuracy") == 1.0);
}
