#include "data/csv_reader.hpp"

#include <doctest/doctest.h>

#include "data/csv_table.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

const std::string kWhere = "[csv] f";
using Records = std::vector<std::vector<std::string>>;

Records read(const std::string& text, char separator = ',') {
  Records records;
  CsvReader reader(text, separator, kWhere);
  while (reader.next()) {
    records.emplace_back();
    for (const std::string_view field : reader.fields()) records.back().emplace_back(field);
  }
  return records;
}

CsvTable parse(const std::string& text, bool label = false) {
  return parse_csv(text, ',', kWhere, {{"b", label, {}}});
}

void check_refused(const std::string& text, const std::string& sentence, bool label = false) {
  CHECK_THROWS_WITH_AS(parse(text, label), ("[csv] f: " + sentence).c_str(), DataError);
}

}  // namespace

TEST_CASE("csv records end in LF, CRLF or the end of the file") {
  const Records expected = {{"a", "b"}, {"1", "2"}};
  CHECK(read("a,b\n1,2") == expected);
  CHECK(read("a,b\n1,2\n") == expected);
  CHECK(read("a,b\r\n1,2\r\n") == expected);
  CHECK(read("a,b\n1,2\n\n\r\n") == expected);
  CHECK(read("\xEF\xBB\xBF"
             "a,b\n1,2") == expected);
  CHECK(read("a;b\n1;2", ';') == expected);
  CHECK(read("").empty());
  CHECK(read(",\n") == Records{{"", ""}});
  CHECK(read("a,") == Records{{"a", ""}});
}

TEST_CASE("csv fields may be quoted") {
  CHECK(read("\"a\",\"b,c\"\n") == Records{{"a", "b,c"}});
  CHECK(read("\"a \"\"x\"\" b\",\"\"\"\"\n") == Records{{"a \"x\" b", "\""}});
  CHECK(read("\"one\ntwo\"\r\n3") == Records{{"one\ntwo"}, {"3"}});
  CHECK(read("a\"b,c") == Records{{"a\"b", "c"}});
  CHECK_THROWS_WITH_AS(
      read("a\n\"b\" ,c"),
      "[csv] f: line 2, column 1: expected a separator behind the closing quote, found ' '",
      DataError);
  CHECK_THROWS_WITH_AS(
      read("a\nb,\"c\nd"),
      "[csv] f: line 2, column 2: expected a closing quote, found the end of the file", DataError);
}

TEST_CASE("csv lines are counted through quoted line ends") {
  CsvReader reader("\"a\nb\"\n1\n", ',', kWhere);
  REQUIRE(reader.next());
  CHECK(reader.line() == 1);
  REQUIRE(reader.next());
  CHECK(reader.line() == 3);
}

TEST_CASE("csv numbers are read from the wanted columns only") {
  const CsvTable table = parse("a, b ,c\nx,1.5,\ny, -2e3 ,\nz,+.25,\"\"\n");
  CHECK(table.rows == 3);
  CHECK(table.columns.size() == 1);
  CHECK(table.columns[0].values == std::vector<double>{1.5, -2000.0, 0.25});
}

TEST_CASE("csv labels are whole numbers, empty where missing") {
  CHECK(parse("a,b\n1,3\n1,\n1,-1\n1,2.0\n", true).columns[0].values ==
        std::vector<double>{3, -1, -1, 2});
  check_refused("a,b\n1,2.5\n",
                "line 2, column 2: expected a label for 'b', a whole number of at least -1 "
                "(missing), found '2.5'",
                true);
  check_refused("a,b\n1,-2\n",
                "line 2, column 2: expected a label for 'b', a whole number of at least -1 "
                "(missing), found '-2'",
                true);
}

TEST_CASE("csv refuses what is no number, with line and column") {
  check_refused("a,b\n1,2\n1,abc\n", "line 3, column 2: expected a number for 'b', found 'abc'");
  check_refused("a,b\n1,\n", "line 2, column 2: expected a number for 'b', found ''");
  check_refused("a,b\n1,2x\n", "line 2, column 2: expected a number for 'b', found '2x'");
  check_refused("a,b\n1,+-2\n", "line 2, column 2: expected a number for 'b', found '+-2'");
  check_refused("a,b\n1,nan\n", "line 2, column 2: expected a finite number for 'b', found 'nan'");
  check_refused("a,b\n1,-inf\n",
                "line 2, column 2: expected a finite number for 'b', found '-inf'");
  check_refused("a,b\n1,1e999\n",
                "line 2, column 2: expected a finite number for 'b', found '1e999'");
  check_refused("a,b\n1,1e39\n",
                "line 2, column 2: expected a finite number for 'b', found '1e39'");
}

TEST_CASE("csv refuses ragged lines, empty files and bad headers") {
  check_refused("a,b\n1,2\n1\n", "line 3: expected 2 fields, found 1");
  check_refused("a,b\n\n1,2\n", "line 2: expected 2 fields, found 1");
  check_refused("a,b\n1,2,3\n", "line 2: expected 2 fields, found 3");
  check_refused("", "expected a header line, found an empty file");
  check_refused("\n\n", "expected a header line, found an empty file");
  check_refused("a,b\n", "expected rows below the header, found none");
  check_refused("a,,b\n1,2,3\n", "line 1, column 2: expected the name of a column, found nothing");
  check_refused("b,a,b\n1,2,3\n", "line 1, column 3: expected every column once, found 'b' twice");
}

TEST_CASE("csv columns may be named as ranges") {
  const std::vector<std::string> header = {"q1", "q2", "q3", "t1", "x..y"};
  const auto expand = [&](const std::vector<std::string>& words) {
    return expand_columns(words, header, kWhere, "inputs");
  };
  CHECK(expand({"q1..q3"}) == std::vector<std::string>{"q1", "q2", "q3"});
  CHECK(expand({"t1", "q2..q2"}) == std::vector<std::string>{"t1", "q2"});
  CHECK(expand({"x..y"}) == std::vector<std::string>{"x..y"});
  CHECK(expand({}).empty());
  CHECK_THROWS_WITH_AS(expand({"torque"}),
                       "[csv] f: inputs: expected a column of the header, found 'torque'",
                       DataError);
  CHECK_THROWS_WITH_AS(
      expand({"q1..p3"}),
      "[csv] f: inputs: expected a column of the header, found 'p3'; did you mean 'q3'?",
      DataError);
  CHECK_THROWS_WITH_AS(expand({"q3..q1"}),
                       "[csv] f: inputs: expected a range in the header's order, found 'q3..q1'",
                       DataError);
}

}  // namespace espalier
