#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/file.hpp"
#include "data/support.hpp"

namespace espalier {

using data_tests::files_part;
using data_tests::gzip;
using data_tests::make_source;
using data_tests::number_part;
using data_tests::SetFields;
using data_tests::TemporaryFolder;

namespace {

SetFields options(const std::string& file) {
  SetFields fields;
  fields.paths["file"] = Path{file, ""};
  fields.word_lists["inputs"] = {"x1..x2"};
  fields.word_lists["targets"] = {"t1", "t2"};
  return fields;
}

// Row i: x1 = i, x2 = 100 - i * i, t1 = 3 i, t2 = 7 (constant), c = i % 3.
std::string rows(int first, int count) {
  std::string text = "x1,x2,t1,t2,c\n";
  for (int i = first; i < first + count; ++i) {
    text += text::cat(i, ",", 100 - i * i, ",", 3 * i, ",7,", i % 3, "\n");
  }
  return text;
}

std::vector<double> column(const ColumnData& data, std::size_t at = 0) {
  const auto width = static_cast<std::size_t>(data.sample.size());
  std::vector<double> values;
  for (std::size_t i = at; i < data.reals.size(); i += width) {
    values.push_back(static_cast<double>(data.reals[i]));
  }
  return values;
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += (value - mean(values)) * (value - mean(values));
  return std::sqrt(sum / static_cast<double>(values.size()));
}

void check_refused(const SetFields& fields, const DataParts& parts, const std::string& sentence,
                   DataRole role = DataRole::train) {
  CHECK_THROWS_WITH_AS(make_source("csv", fields)->read(role, parts), sentence.c_str(), BadInput);
}

}  // namespace

TEST_CASE("csv gives joined inputs, single and joined targets, and labels") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", rows(0, 10));
  SetFields fields = options(file);
  fields.flags["standardise"] = false;
  fields.word_lists["labels"] = {"c"};
  const Dataset data = make_source("csv", fields)->read(DataRole::train, {});
  CHECK(data.rows == 10);
  CHECK_FALSE(data.synthetic);
  CHECK(data.digest == file::sha256(rows(0, 10)));
  CHECK(data.columns.size() == 5);
  CHECK(data.find("inputs")->sample == Shape{2});
  CHECK(column(*data.find("inputs"), 1)[3] == 91.0);
  CHECK(data.find("t1")->sample == Shape{1});
  CHECK(column(*data.find("t1"))[4] == 12.0);
  CHECK(data.find("targets")->sample == Shape{2});
  CHECK(column(*data.find("targets"), 1)[4] == 7.0);
  CHECK(data.find("c")->dtype == Dtype::integer);
  CHECK(data.find("c")->classes == 3);
  CHECK(data.find("c")->integers[5] == 2);
}

TEST_CASE("csv reads gzip and other separators") {
  const TemporaryFolder folder;
  std::string text = rows(0, 5);
  std::ranges::replace(text, ',', ';');
  SetFields fields = options(folder.write("a.csv.gz", gzip(text)));
  fields.word_values["separator"] = ";";
  const Dataset data = make_source("csv", fields)->read(DataRole::train, {});
  CHECK(data.rows == 5);
  CHECK(data.digest == file::sha256(gzip(text)));
  CHECK(data.find("c") == nullptr);
}

TEST_CASE("csv standardises by the training rows, constant columns to zero") {
  const TemporaryFolder folder;
  const SetFields fields = options(folder.write("a.csv", rows(0, 50)));
  const DataPart fraction = number_part(0.2);
  const auto source = make_source("csv", fields);
  const Dataset train = source->read(DataRole::train, {nullptr, &fraction});
  const Dataset test = source->read(DataRole::test, {nullptr, &fraction});
  CHECK(train.rows == 40);
  CHECK(test.rows == 10);
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}}) {
    CHECK(mean(column(*train.find("inputs"), at)) == doctest::Approx(0.0).epsilon(1e-5));
    CHECK(deviation(column(*train.find("inputs"), at)) == doctest::Approx(1.0).epsilon(1e-5));
  }
  CHECK(deviation(column(*train.find("t1"))) == doctest::Approx(1.0).epsilon(1e-5));
  CHECK(deviation(column(*train.find("t2"))) == 0.0);
  CHECK(mean(column(*train.find("t2"))) == 0.0);

  // t1 = 3 x1 in every row, so both standardise to the same number, by the same statistics.
  const auto x = column(*test.find("inputs"), 0);
  const auto t = column(*test.find("t1"));
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(x[i] == doctest::Approx(t[i]).epsilon(1e-5));
}

TEST_CASE("csv takes the test rows out of the training rows, by split_seed") {
  const TemporaryFolder folder;
  SetFields fields = options(folder.write("a.csv", rows(0, 50)));
  fields.flags["standardise"] = false;
  const DataPart fraction = number_part(0.2);
  const DataParts parts = {nullptr, &fraction};
  const auto train = column(*make_source("csv", fields)->read(DataRole::train, parts).find("t1"));
  const auto test = column(*make_source("csv", fields)->read(DataRole::test, parts).find("t1"));
  std::vector<double> all;
  std::ranges::merge(train, test, std::back_inserter(all));
  REQUIRE(all.size() == 50);
  for (std::size_t i = 0; i < 50; ++i) CHECK(all[i] == 3.0 * static_cast<double>(i));
  fields.integer_values["split_seed"] = 1;
  CHECK(column(*make_source("csv", fields)->read(DataRole::test, parts).find("t1")) != test);
}

TEST_CASE("csv standardises a test file by the training file") {
  const TemporaryFolder folder;
  const SetFields fields = options(folder.write("a.csv", rows(0, 5)));
  const std::string file = folder.write("b.csv", rows(100, 2));
  const DataPart part = files_part({{"file", file}});
  const Dataset test = make_source("csv", fields)->read(DataRole::test, {nullptr, &part});
  CHECK(test.rows == 2);
  CHECK(test.digest == file::sha256(rows(100, 2)));
  // Training x1: 0..4, mean 2, variance 2.
  CHECK(column(*test.find("inputs"))[0] == doctest::Approx(98.0 / std::sqrt(2.0)));
}

TEST_CASE("csv keeps a number of training rows, and standardises by them") {
  const TemporaryFolder folder;
  const SetFields fields = options(folder.write("a.csv", rows(0, 50)));
  const DataPart few = number_part(5);
  const Dataset train = make_source("csv", fields)->read(DataRole::train, {&few, nullptr});
  CHECK(train.rows == 5);
  CHECK(column(*train.find("inputs"))[4] == doctest::Approx(2.0 / std::sqrt(2.0)));
}

TEST_CASE("csv refuses parts of the wrong form") {
  const TemporaryFolder folder;
  const SetFields fields = options(folder.write("a.csv", rows(0, 10)));
  const std::string place = "exp.yaml:3:5: data.d.train: ";
  const auto refuse_test = [&](const DataPart& part, const std::string& sentence) {
    check_refused(fields, {nullptr, &part}, place + sentence, DataRole::test);
  };
  refuse_test(number_part(3), "expected a fraction of the rows between 0 and 1, found 3");
  refuse_test(number_part(0), "expected a fraction of the rows between 0 and 1, found 0");
  refuse_test(number_part(0.01),
              "expected a fraction that leaves rows on both sides, found 0.01 of 10 rows");
  refuse_test(files_part({{"images", "f"}}), "expected { file: F }, found 'images'");
  refuse_test(files_part({}), "expected { file: F }, found nothing");
  check_refused(fields, {},
                "[csv] test: expected a fraction of the rows such as 0.1 or { file: F }, found "
                "nothing",
                DataRole::test);
  const DataPart eleven = number_part(11);
  check_refused(fields, {&eleven, nullptr},
                place + "expected a number of rows from 1 to 10, found 11");
  const DataPart half = number_part(0.5);
  check_refused(fields, {&half, nullptr},
                place + "expected a number of rows from 1 to 10, found 0.5");
  const DataPart files = files_part({{"file", "f"}});
  check_refused(fields, {&files, nullptr},
                place +
                    "expected nothing or a number of rows (the file is named by `file`), found "
                    "files");
}

TEST_CASE("csv refuses columns that are unknown or used twice") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", rows(0, 10));
  const std::string where = "[csv] " + file + ": ";
  SetFields fields = options(file);
  fields.word_lists["targets"] = {"t1", "tt2"};
  check_refused(fields, {},
                where +
                    "targets: expected a column of the header, found 'tt2'; did you mean "
                    "'t2'?");
  fields.word_lists["targets"] = {"t1", "x2"};
  check_refused(fields, {},
                where +
                    "expected one use of every column, found 'x2' twice among inputs, targets "
                    "and labels");
  fields.word_lists["targets"] = {};
  check_refused(fields, {}, where + "expected targets or labels, found none");
  fields.word_lists["inputs"] = {};
  check_refused(fields, {}, where + "expected inputs, found none");

  SetFields taken = options(folder.write("b.csv", "x1,x2,inputs\n1,2,3\n"));
  taken.word_lists["targets"] = {"inputs"};
  check_refused(taken, {},
                "[csv] " + folder.file("b.csv") +
                    ": expected targets and labels of other names than 'inputs', which the joined "
                    "columns have");
}

TEST_CASE("csv refuses a separator that is not one character") {
  SetFields fields = options("f");
  for (const char* separator : {"", ";;", "\""}) {
    fields.word_values["separator"] = separator;
    CHECK_THROWS_WITH_AS(make_source("csv", fields),
                         text::cat("exp.yaml:1:1: separator: expected one character other than a "
                                   "quote or a line end, found '",
                                   separator, "'")
                             .c_str(),
                         ConfigError);
  }
}

TEST_CASE("csv names the file, line and column of a bad number") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", "x1,x2,t1,t2\n1,2,3,4\n1,2,?,4\n");
  check_refused(options(file), {},
                "[csv] " + file + ": line 3, column 3: expected a number for 't1', found '?'");
}

TEST_CASE("csv reads the robot arm") {
  const char* const root = std::getenv("ESPALIER_DATA");
  if (root == nullptr) {
    MESSAGE("skipped: ESPALIER_DATA is not set");
    return;
  }
  SetFields fields;
  fields.paths["file"] = Path{std::string(root) + "/sarcos/sarcos_inv_test.csv.gz", ""};
  fields.word_lists["inputs"] = {"pos1..acc7"};
  fields.word_lists["targets"] = {"torque1..torque7"};
  const DataPart fraction = number_part(0.1);
  const auto source = make_source("csv", fields);
  const Dataset train = source->read(DataRole::train, {nullptr, &fraction});
  const Dataset test = source->read(DataRole::test, {nullptr, &fraction});
  CHECK(train.rows == 4004);
  CHECK(test.rows == 445);
  CHECK(train.find("inputs")->sample == Shape{21});
  CHECK(train.find("targets")->sample == Shape{7});
  CHECK(deviation(column(*train.find("torque4"))) == doctest::Approx(1.0).epsilon(1e-5));
  CHECK(train.digest == "4369ed5eeb191b4103bfe5d8dfc7d8555935b6bc2d727a1ff3fc127e153a771f");
}

}  // namespace espalier
