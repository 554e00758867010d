#include "core/text.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace espalier;

TEST_CASE("cat and join put texts together") {
  CHECK(text::cat("a", 1, ' ', 2.5) == "a1 2.5");
  CHECK(text::join({"a", "b", "c"}, ", ") == "a, b, c");
  CHECK(text::join({"a"}, ", ") == "a");
  CHECK(text::join({}, ", ") == "");
}

TEST_CASE("number writes the shortest text that reads back") {
  CHECK(text::number(0.1) == "0.1");
  CHECK(text::number(3.0) == "3");
  CHECK(text::number(-0.0) == "-0");
  CHECK(text::number(1e-5) == "1e-05");
  CHECK(text::number(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(text::number(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(text::number(-std::numeric_limits<double>::quiet_NaN()) == "nan");
  for (const double value : {1.0 / 3.0, 1.7976931348623157e308, 5e-324, -123456789.125}) {
    CHECK(std::stod(text::number(value)) == value);
  }
}

TEST_CASE("nearest finds typing errors and nothing far away") {
  const std::vector<std::string> keys = {"momentum", "learning_rate", "nesterov", "conv"};
  CHECK(text::nearest("momentun", keys) == "momentum");
  CHECK(text::nearest("momentm", keys) == "momentum");
  CHECK(text::nearest("lerning_rate", keys) == "learning_rate");
  CHECK(text::nearest("ocnv", keys) == "conv");  // a swap counts one
  CHECK(text::nearest("con", keys) == "conv");
  CHECK(text::nearest("lr", keys) == "");
  CHECK(text::nearest("dropout", keys) == "");
  CHECK(text::nearest("", {"a", "ab"}) == "");
  CHECK(text::nearest("x", {"y"}) == "");  // a single letter resembles nothing
  CHECK(text::nearest("abc", {}) == "");
  CHECK(text::nearest("nesterow", {"nesterov", "nesterox"}) == "nesterov");  // the first of equals
}

TEST_CASE("suggestion is a clause or nothing") {
  CHECK(text::suggestion("momentun", {"momentum"}) == "; did you mean 'momentum'?");
  CHECK(text::suggestion("zzz", {"momentum"}) == "");
}

TEST_CASE("bytes picks the unit") {
  CHECK(text::bytes(0) == "0 B");
  CHECK(text::bytes(960) == "960 B");
  CHECK(text::bytes(1023) == "1023 B");
  CHECK(text::bytes(1024) == "1.0 KiB");
  CHECK(text::bytes(1.5 * 1024 * 1024) == "1.5 MiB");
  CHECK(text::bytes(1024.0 * 1024.0 - 1.0) == "1.0 MiB");  // not "1024.0 KiB"
  CHECK(text::bytes(3.0 * 1024 * 1024 * 1024) == "3.0 GiB");
  CHECK(text::bytes(2048.0 * 1024 * 1024 * 1024 * 1024) == "2048.0 TiB");
}

TEST_CASE("duration picks two units") {
  CHECK(text::duration(0.2) == "0s");
  CHECK(text::duration(12.4) == "12s");
  CHECK(text::duration(59.6) == "1m00s");
  CHECK(text::duration(200) == "3m20s");
  CHECK(text::duration(3599.7) == "1h00m");
  CHECK(text::duration(3720) == "1h02m");
  CHECK(text::duration(-5) == "0s");
}

TEST_CASE("quoted shows what cannot be seen and cuts what is long") {
  CHECK(text::quoted("abc") == "'abc'");
  CHECK(text::quoted("a\tb\x01\x7f") == "'a\\x09b\\x01\\x7f'");
  CHECK(text::quoted("it's") == "'it\\'s'");
  CHECK(text::quoted(std::string(60, 'x')) == "'" + std::string(60, 'x') + "'");
  CHECK(text::quoted(std::string(61, 'x')) == "'" + std::string(60, 'x') + "...'");
  // A character of several bytes is kept whole or left out: half of one is not text.
  CHECK(text::quoted(std::string(59, 'x') + "\xc3\xa9y") == "'" + std::string(59, 'x') + "...'");
  CHECK(text::quoted("\xc3\xa9") == "'\xc3\xa9'");
}
