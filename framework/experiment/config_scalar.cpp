#include "experiment/config_scalar.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <vector>

#include "core/text.hpp"

namespace espalier {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text;
}

bool is_plain_scalar(const ConfigNode& node) {
  return node.kind == ConfigNode::Kind::scalar && !node.quoted;
}

bool is_integer_form(std::string_view text) {
  text = without_sign(text);
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

// digits [. digits] [e [sign] digits], at least one digit before the exponent.
bool is_number_form(std::string_view text) {
  text = without_sign(text);
  const auto skip_digits = [&text] {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n])) ++n;
    text.remove_prefix(n);
    return n;
  };
  std::size_t digits = skip_digits();
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += skip_digits();
  }
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text = without_sign(text.substr(1));
  return skip_digits() > 0 && text.empty();
}

// "012" is 10 to readers of YAML 1.1 and 12 to those of YAML 1.2: never guessed.
bool has_leading_zero(std::string_view text) {
  text = without_sign(text);
  return text.size() > 1 && text[0] == '0' && is_digit(text[1]);
}

// What is wrong with a plain scalar that is a number somewhere, but not here.
std::string hint(std::string_view text, bool whole) {
  if (is_number_form(text) && has_leading_zero(text)) {
    return " (a leading zero means octal to some readers)";
  }
  const std::string bare = lower_case(std::string(without_sign(text)));
  if (bare.starts_with("0x")) return " (hexadecimal)";
  if (bare.starts_with("0o")) return " (octal)";
  if (whole && is_number_form(text)) return " (whole numbers are written with digits alone)";
  static constexpr std::array<std::string_view, 5> kNotFinite = {".nan", "nan", ".inf", "inf",
                                                                 "infinity"};
  return std::ranges::find(kNotFinite, bare) != kNotFinite.end() ? " (not finite)" : "";
}

[[noreturn]] void refuse_type(const ConfigNode& node, const std::string& path,
                              const std::string& expected, const std::string& why = "") {
  refuse_at(node, path, text::cat("expected ", expected, ", found ", describe_found(node), why));
}

template <class Number>
std::errc parse(std::string_view text, Number& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return std::from_chars(text.data(), text.data() + text.size(), value).ec;
}

std::string bound(double value) { return text::number(value); }
std::string bound(Index value) { return text::cat(value); }

template <class Range>
std::string describe_range(const char* kind, const Range& range, bool above) {
  const Range any;
  const bool low = range.at_least != any.at_least;
  const bool high = range.at_most != any.at_most;
  if (low && high && !above) {
    return text::cat(kind, " from ", bound(range.at_least), " to ", bound(range.at_most));
  }
  std::string out = kind;
  if (low) out += (above ? " above " : " of at least ") + bound(range.at_least);
  if (high) out += (low ? " and at most " : " of at most ") + bound(range.at_most);
  return out;
}

}  // namespace

bool read_flag(const ConfigNode& node, const std::string& path) {
  if (is_plain_scalar(node) && node.scalar == "true") return true;
  if (is_plain_scalar(node) && node.scalar == "false") return false;
  static constexpr std::array<std::string_view, 5> kYes = {"true", "yes", "on", "y", "1"};
  static constexpr std::array<std::string_view, 5> kNo = {"false", "no", "off", "n", "0"};
  const std::string word = lower_case(node.scalar);
  std::string meant;
  if (std::ranges::find(kYes, word) != kYes.end()) meant = "; did you mean true?";
  if (std::ranges::find(kNo, word) != kNo.end()) meant = "; did you mean false?";
  refuse_type(node, path, "true or false", meant);
}

Index read_integer(const ConfigNode& node, const std::string& path, const IntegerRange& range) {
  const std::string expected = describe_type(range);
  const std::string& text = node.scalar;
  if (!is_plain_scalar(node)) refuse_type(node, path, expected);
  if (!is_integer_form(text) || has_leading_zero(text)) {
    refuse_type(node, path, expected, hint(text, true));
  }
  Index value = 0;
  if (parse(text, value) != std::errc{}) refuse_type(node, path, expected, " (out of range)");
  if (value < range.at_least || value > range.at_most) {
    refuse_at(node, path, text::cat("expected ", expected, ", found ", value));
  }
  return value;
}

double read_number(const ConfigNode& node, const std::string& path, const NumberRange& range) {
  const std::string expected = describe_type(range);
  const std::string& text = node.scalar;
  if (!is_plain_scalar(node)) refuse_type(node, path, expected);
  if (!is_number_form(text) || has_leading_zero(text)) {
    refuse_type(node, path, expected, hint(text, false));
  }
  double value = 0.0;
  if (parse(text, value) != std::errc{}) refuse_type(node, path, expected, " (out of range)");
  const bool low = range.above ? value > range.at_least : value >= range.at_least;
  if (!low || value > range.at_most) {
    refuse_at(node, path, text::cat("expected ", expected, ", found ", text::number(value)));
  }
  return value;
}

std::string read_word(const ConfigNode& node, const std::string& path,
                      std::span<const std::string_view> choices) {
  const std::vector<std::string> names(choices.begin(), choices.end());
  const std::string expected = names.empty() ? "a text" : "one of " + text::join(names, ", ");
  if (node.kind != ConfigNode::Kind::scalar) refuse_type(node, path, expected);
  if (names.empty() || std::ranges::find(names, node.scalar) != names.end()) return node.scalar;
  refuse_type(node, path, expected, text::suggestion(node.scalar, names));
}

bool has_integer_form(const ConfigNode& node) {
  return is_plain_scalar(node) && is_integer_form(node.scalar);
}

std::string describe_type(const IntegerRange& range) {
  return describe_range("an integer", range, false);
}

std::string describe_type(const NumberRange& range) {
  return describe_range("a number", range, range.above);
}

}  // namespace espalier
