#include "experiment/config_scalar.hpp"

#include "experiment/config_support.hpp"

using namespace espalier;

namespace {

ConfigNode value(const std::string& yaml) { return parse_yaml(yaml, "exp.yaml"); }

std::string integer_error(const std::string& yaml, const IntegerRange& range = {}) {
  return config_error([&] { read_integer(value(yaml), "train.epochs", range); });
}

std::string number_error(const std::string& yaml, const NumberRange& range = {}) {
  return config_error([&] { read_number(value(yaml), "rate", range); });
}

std::string flag_error(const std::string& yaml) {
  return config_error([&] { read_flag(value(yaml), "bias"); });
}

}  // namespace

TEST_CASE("integers are decimal digits with an optional sign") {
  CHECK(read_integer(value("0"), "n") == 0);
  CHECK(read_integer(value("12"), "n") == 12);
  CHECK(read_integer(value("+12"), "n") == 12);
  CHECK(read_integer(value("-12"), "n") == -12);
  CHECK(read_integer(value("9223372036854775807"), "n") == std::numeric_limits<Index>::max());
  CHECK(read_integer(value("-9223372036854775808"), "n") == std::numeric_limits<Index>::min());
}

TEST_CASE("anything else is refused as an integer, with what was found") {
  const std::string at = "exp.yaml:1:1: train.epochs: expected an integer, found ";
  CHECK(integer_error("x") == at + "'x'");
  CHECK(integer_error("012") == at + "'012' (a leading zero means octal to some readers)");
  CHECK(integer_error("-012") == at + "'-012' (a leading zero means octal to some readers)");
  CHECK(integer_error("0x10") == at + "'0x10' (hexadecimal)");
  CHECK(integer_error("0o17") == at + "'0o17' (octal)");
  CHECK(integer_error("1e3") == at + "'1e3' (whole numbers are written with digits alone)");
  CHECK(integer_error("3.0") == at + "'3.0' (whole numbers are written with digits alone)");
  CHECK(integer_error("9223372036854775808") == at + "'9223372036854775808' (out of range)");
  CHECK(integer_error("1_000") == at + "'1_000'");
  CHECK(integer_error(".inf") == at + "'.inf' (not finite)");
  CHECK(integer_error("'5'") == at + "the quoted text '5'");
  CHECK(integer_error("null") == at + "nothing");
  CHECK(integer_error("[5]") == at + "a list");
  CHECK(integer_error("{a: 5}") == at + "a map");
  CHECK(integer_error("+-5") == at + "'+-5'");
}

TEST_CASE("ranges of integers are named in full") {
  const std::string at = "exp.yaml:1:1: train.epochs: ";
  CHECK(integer_error("0", {.at_least = 1}) == at + "expected an integer of at least 1, found 0");
  CHECK(integer_error("x", {.at_least = 1}) == at + "expected an integer of at least 1, found 'x'");
  CHECK(integer_error("65", {.at_least = 0, .at_most = 64}) ==
        at + "expected an integer from 0 to 64, found 65");
  CHECK(integer_error("6", {.at_most = 5}) == at + "expected an integer of at most 5, found 6");
  CHECK(integer_error("64", {.at_least = 0, .at_most = 64}) == "no error");
}

TEST_CASE("numbers are finite decimals") {
  CHECK(read_number(value("1"), "n") == 1.0);
  CHECK(read_number(value("-0.25"), "n") == -0.25);
  CHECK(read_number(value("+.5"), "n") == 0.5);
  CHECK(read_number(value("5."), "n") == 5.0);
  CHECK(read_number(value("1e-3"), "n") == 1e-3);
  CHECK(read_number(value("2.5E+2"), "n") == 250.0);
  const std::string at = "exp.yaml:1:1: rate: expected a number, found ";
  CHECK(number_error(".nan") == at + "'.nan' (not finite)");
  CHECK(number_error("-.inf") == at + "'-.inf' (not finite)");
  CHECK(number_error("inf") == at + "'inf' (not finite)");
  CHECK(number_error("1e400") == at + "'1e400' (out of range)");
  CHECK(number_error("1e-400") == at + "'1e-400' (out of range)");
  CHECK(number_error("0x1p3") == at + "'0x1p3' (hexadecimal)");
  CHECK(number_error("01.5") == at + "'01.5' (a leading zero means octal to some readers)");
  CHECK(number_error("1e") == at + "'1e'");
  CHECK(number_error(".") == at + "'.'");
  CHECK(number_error("1.2.3") == at + "'1.2.3'");
  CHECK(number_error("0,5") == at + "'0,5'");
  CHECK(number_error("\"0.5\"") == at + "the quoted text '0.5'");
}

TEST_CASE("ranges of numbers are named in full") {
  const std::string at = "exp.yaml:1:1: rate: ";
  CHECK(number_error("-1", {.at_least = 0.0, .above = true}) ==
        at + "expected a number above 0, found -1");
  CHECK(number_error("0", {.at_least = 0.0, .above = true}) ==
        at + "expected a number above 0, found 0");
  CHECK(number_error("-0.5", {.at_least = 0.0}) ==
        at + "expected a number of at least 0, found -0.5");
  CHECK(number_error("2", {.at_least = 0.0, .at_most = 1.0}) ==
        at + "expected a number from 0 to 1, found 2");
  CHECK(number_error("2", {.at_least = 0.0, .at_most = 1.0, .above = true}) ==
        at + "expected a number above 0 and at most 1, found 2");
}

TEST_CASE("flags are true or false and nothing else") {
  CHECK(read_flag(value("true"), "bias"));
  CHECK_FALSE(read_flag(value("false"), "bias"));
  const std::string at = "exp.yaml:1:1: bias: expected true or false, found ";
  CHECK(flag_error("yes") == at + "'yes'; did you mean true?");
  CHECK(flag_error("On") == at + "'On'; did you mean true?");
  CHECK(flag_error("TRUE") == at + "'TRUE'; did you mean true?");
  CHECK(flag_error("off") == at + "'off'; did you mean false?");
  CHECK(flag_error("0") == at + "'0'; did you mean false?");
  CHECK(flag_error("'true'") == at + "the quoted text 'true'; did you mean true?");
  CHECK(flag_error("maybe") == at + "'maybe'");
  CHECK(flag_error("~") == at + "nothing");
}

TEST_CASE("words are any text, or one of the choices") {
  static constexpr std::string_view kChoices[] = {"native", "sum_to_one"};
  CHECK(read_word(value("123"), "name") == "123");
  CHECK(read_word(value("'a: b'"), "name") == "a: b");
  CHECK(read_word(value("native"), "scale", kChoices) == "native");
  const auto error = [](const std::string& yaml, std::span<const std::string_view> choices) {
    return config_error([&] { read_word(value(yaml), "scale", choices); });
  };
  CHECK(error("nativ", kChoices) ==
        "exp.yaml:1:1: scale: expected one of native, sum_to_one, found 'nativ'; did you mean "
        "'native'?");
  CHECK(error("other", kChoices) ==
        "exp.yaml:1:1: scale: expected one of native, sum_to_one, found 'other'");
  CHECK(error("null", {}) == "exp.yaml:1:1: scale: expected a text, found nothing");
  CHECK(error("[a]", {}) == "exp.yaml:1:1: scale: expected a text, found a list");
}
