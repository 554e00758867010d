#include "data/select.hpp"

#include <doctest/doctest.h>

#include "espalier/error.hpp"

namespace espalier {

namespace {

Dataset characters() {
  Dataset data;
  data.rows = 6;
  data.digest = "d";
  ColumnData inputs;
  inputs.name = "inputs";
  inputs.sample = {2};
  inputs.reals = {0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51};
  ColumnData label;
  label.name = "label";
  label.sample = {1};
  label.dtype = Dtype::integer;
  label.classes = 36;
  label.integers = {12, 3, -1, 10, 35, 9};
  data.columns = {inputs, label};
  return data;
}

void check_refused(const std::string& column, const std::string& ranges,
                   const std::string& sentence) {
  CHECK_THROWS_WITH_AS(select_labels(characters(), column, ranges, "e.yaml:2:3: d.select"),
                       ("e.yaml:2:3: d.select: " + sentence).c_str(), ConfigError);
}

}  // namespace

TEST_CASE("select keeps the labels of a range and renumbers them") {
  const Dataset kept = select_labels(characters(), "label", "10-35", "p");
  CHECK(kept.rows == 3);
  CHECK(kept.digest == "d");
  CHECK(kept.find("label")->integers == std::vector<std::int32_t>{2, 0, 25});
  CHECK(kept.find("label")->classes == 26);
  CHECK(kept.find("inputs")->reals == std::vector<real>{0, 1, 30, 31, 40, 41});
}

TEST_CASE("select takes several ranges in any order and renumbers ascending") {
  const Dataset kept = select_labels(characters(), "label", "12, 0-9", "p");
  CHECK(kept.find("label")->integers == std::vector<std::int32_t>{10, 3, 9});
  CHECK(kept.find("label")->classes == 11);
  CHECK(kept.find("inputs")->reals == std::vector<real>{0, 1, 10, 11, 50, 51});
  CHECK(select_labels(characters(), "label", "35", "p").find("label")->classes == 1);
}

TEST_CASE("select refuses what is no list of labels") {
  for (const char* text : {"", "a", "3-", "-3", "9-3", "1,,2", "1-2-3", "3000000000", "1;2"}) {
    check_refused("label", text,
                  std::string("expected labels such as '10-35' or '0-9,12', found '") + text + "'");
  }
  check_refused("label", "0-9,5", "expected every label once, found 5 twice in '0-9,5'");
}

TEST_CASE("select refuses other columns, and to leave no row") {
  check_refused("lable", "0-9",
                "expected a column of labels (label), found 'lable'; did you mean 'label'?");
  check_refused("inputs", "0-9",
                "expected a column of labels, found 'inputs', a column of real numbers");
  check_refused("label", "20-30", "expected rows with label in '20-30', found none among 6 rows");
}

}  // namespace espalier
