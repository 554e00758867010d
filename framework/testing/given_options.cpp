#include "testing/given_options.hpp"

#include <algorithm>
#include <filesystem>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier::testing {

const Option* GivenOptions::take(const Field& field) {
  names_.emplace_back(field.name);
  const auto found = options_.find(names_.back());
  if (found != options_.end()) return &found->second;
  if (field.required) missing_.push_back(names_.back());
  return nullptr;
}

template <class Value>
const Value& GivenOptions::as(const Field& field, const Option& option, const char* expected) {
  const Value* const value = std::get_if<Value>(&option.value());
  if (value == nullptr)
    refuse(field.name, text::cat("expected ", expected, ", found another type"));
  return *value;
}

double GivenOptions::as_number(const Field& field, const Option& option, const NumberRange& range) {
  const Index* const integer = std::get_if<Index>(&option.value());
  const double value =
      integer != nullptr ? static_cast<double>(*integer) : as<double>(field, option, "a number");
  const bool low = range.above ? value <= range.at_least : value < range.at_least;
  if (low || value > range.at_most) {
    refuse(field.name, text::cat("expected a number from ", range.at_least, " to ", range.at_most,
                                 ", found ", value));
  }
  return value;
}

void GivenOptions::flag(const Field& field, bool& value) {
  if (const Option* const option = take(field)) value = as<bool>(field, *option, "true or false");
}

void GivenOptions::integer(const Field& field, Index& value, const IntegerRange& range) {
  const Option* const option = take(field);
  if (option == nullptr) return;
  value = as<Index>(field, *option, "an integer");
  if (value >= range.at_least && value <= range.at_most) return;
  refuse(field.name, text::cat("expected an integer from ", range.at_least, " to ", range.at_most,
                               ", found ", value));
}

void GivenOptions::number(const Field& field, double& value, const NumberRange& range) {
  if (const Option* const option = take(field)) value = as_number(field, *option, range);
}

void GivenOptions::word(const Field& field, std::string& value,
                        std::span<const std::string_view> choices) {
  const Option* const option = take(field);
  if (option == nullptr) return;
  value = as<std::string>(field, *option, "a text");
  const std::vector<std::string> all(choices.begin(), choices.end());
  if (all.empty() || std::ranges::find(all, value) != all.end()) return;
  refuse(field.name, text::cat("expected one of ", text::join(all, ", "), ", found ",
                               text::quoted(value), text::suggestion(value, all)));
}

void GivenOptions::integers(const Field& field, std::vector<Index>& value,
                            const IntegerRange& range) {
  const Option* const option = take(field);
  if (option == nullptr) return;
  value = as<std::vector<Index>>(field, *option, "a list of integers");
  for (const Index item : value) {
    if (item >= range.at_least && item <= range.at_most) continue;
    refuse(field.name, text::cat("expected integers from ", range.at_least, " to ", range.at_most,
                                 ", found ", item));
  }
}

void GivenOptions::numbers(const Field& field, std::vector<double>& value,
                           const NumberRange& range) {
  const Option* const option = take(field);
  if (option == nullptr) return;
  value.clear();
  if (const auto* const list = std::get_if<std::vector<Index>>(&option->value())) {
    for (const Index item : *list) value.push_back(as_number(field, Option(item), range));
    return;
  }
  for (const double item : as<std::vector<double>>(field, *option, "a list of numbers")) {
    value.push_back(as_number(field, Option(item), range));
  }
}

void GivenOptions::words(const Field& field, std::vector<std::string>& value) {
  const Option* const option = take(field);
  if (option != nullptr) {
    value = as<std::vector<std::string>>(field, *option, "a list of texts");
  }
}

void GivenOptions::path(const Field& field, Path& value) {
  const Option* const option = take(field);
  if (option == nullptr) return;
  value.file = std::filesystem::absolute(as<std::string>(field, *option, "a path")).string();
}

void GivenOptions::refuse(std::string_view field, const std::string& message) {
  throw ConfigError(text::cat("[testing] option ", field, ": ", message));
}

void GivenOptions::finish() const {
  if (!missing_.empty()) {
    throw ConfigError(text::cat("[testing] expected the option '", missing_[0],
                                "', which is required; found none"));
  }
  for (const auto& [name, option] : options_) {
    if (std::ranges::find(names_, name) != names_.end()) continue;
    throw ConfigError(
        text::cat("[testing] unknown option ", text::quoted(name), text::suggestion(name, names_)));
  }
}

}  // namespace espalier::testing
