#include "data/dataset.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "core/file.hpp"
#include "espalier/error.hpp"
#include "espalier/source.hpp"

namespace espalier {

namespace {

Dataset numbered(Index rows) {
  Dataset data;
  data.rows = rows;
  data.digest = "d";
  data.synthetic = true;
  ColumnData x;
  x.name = "inputs";
  x.sample = {2};
  ColumnData y;
  y.name = "label";
  y.sample = {1};
  y.dtype = Dtype::integer;
  y.classes = rows;
  for (Index i = 0; i < rows; ++i) {
    x.reals.push_back(static_cast<real>(i));
    x.reals.push_back(static_cast<real>(-i));
    y.integers.push_back(static_cast<std::int32_t>(i));
  }
  data.columns = {x, y};
  return data;
}

// Every row still carries its own numbers in all columns.
void check_rows_whole(const Dataset& data) {
  const ColumnData& x = *data.find("inputs");
  const ColumnData& y = *data.find("label");
  REQUIRE(x.reals.size() == 2 * static_cast<std::size_t>(data.rows));
  REQUIRE(y.integers.size() == static_cast<std::size_t>(data.rows));
  for (std::size_t i = 0; i < y.integers.size(); ++i) {
    CHECK(x.reals[2 * i] == static_cast<real>(y.integers[i]));
    CHECK(x.reals[2 * i + 1] == static_cast<real>(-y.integers[i]));
  }
}

}  // namespace

TEST_CASE("a column is found by its name") {
  const Dataset data = numbered(3);
  CHECK(data.find("label") == &data.columns[1]);
  CHECK(data.find("labels") == nullptr);
}

TEST_CASE("rows are taken in the given order") {
  const std::vector<Index> rows = {4, 0, 4};
  const Dataset taken = take_rows(numbered(5), rows);
  CHECK(taken.rows == 3);
  CHECK(taken.synthetic);
  CHECK(taken.digest == "d");
  CHECK(taken.find("label")->integers == std::vector<std::int32_t>{4, 0, 4});
  CHECK(taken.find("label")->classes == 5);
  check_rows_whole(taken);
}

TEST_CASE("a limit keeps the first rows") {
  const Dataset limited = limit_rows(numbered(5), 2);
  CHECK(limited.rows == 2);
  CHECK(limited.find("label")->integers == std::vector<std::int32_t>{0, 1});
  check_rows_whole(limited);
  CHECK(limit_rows(numbered(5), 9).rows == 5);
}

TEST_CASE("splitting off takes a random part and keeps the order") {
  const auto [rest, part] = split_off(numbered(100), 0.1, RandomStream(3, "validation/d"));
  CHECK(rest.rows == 90);
  CHECK(part.rows == 10);
  check_rows_whole(rest);
  check_rows_whole(part);
  const auto& kept = rest.find("label")->integers;
  const auto& taken = part.find("label")->integers;
  CHECK(std::ranges::is_sorted(kept));
  CHECK(std::ranges::is_sorted(taken));
  CHECK(taken.back() - taken.front() > 20);  // not a stretch
  std::vector<std::int32_t> all;
  std::ranges::merge(kept, taken, std::back_inserter(all));
  CHECK(all == numbered(100).find("label")->integers);

  const auto again = split_off(numbered(100), 0.1, RandomStream(3, "validation/d"));
  CHECK(again.second.find("label")->integers == taken);
  const auto other = split_off(numbered(100), 0.1, RandomStream(4, "validation/d"));
  CHECK(other.second.find("label")->integers != taken);
}

TEST_CASE("splitting off refuses an empty side") {
  const RandomStream random(1, "validation/d");
  CHECK_THROWS_WITH_AS(
      split_off(numbered(10), 0.01, random, "e.yaml:3:1: d.validation"),
      "e.yaml:3:1: d.validation: expected a fraction that leaves rows on both sides, found 0.01 of "
      "10 rows",
      ConfigError);
  CHECK_THROWS_WITH_AS(
      split_off(numbered(10), 0.99, random),
      "[data]: expected a fraction that leaves rows on both sides, found 0.99 of 10 rows",
      ConfigError);
}

TEST_CASE("a digest names one file by its own, several by all of theirs") {
  const std::vector<std::string> one = {"ab"};
  const std::vector<std::string> two = {"ab", "cd"};
  CHECK(digest_of(one) == "ab");
  CHECK(digest_of(two) == file::sha256("abcd"));
}

}  // namespace espalier
