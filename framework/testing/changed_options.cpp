#include "testing/changed_options.hpp"

#include "core/text.hpp"

namespace espalier::testing {

void ChangedOptions::add(const Field& field, Option value, const std::string& to,
                         const std::string& from) {
  all_.push_back({std::string(field.name), std::move(value),
                  text::cat(field.name, " ", to, " instead of ", from)});
}

void ChangedOptions::flag(const Field& field, bool& value) {
  given_.flag(field, value);
  add(field, !value, value ? "false" : "true", value ? "true" : "false");
}

void ChangedOptions::integer(const Field& field, Index& value, const IntegerRange& range) {
  given_.integer(field, value, range);
  if (range.at_least == range.at_most) return;
  const Index other = value < range.at_most ? value + 1 : value - 1;
  add(field, other, std::to_string(other), std::to_string(value));
}

void ChangedOptions::number(const Field& field, double& value, const NumberRange& range) {
  given_.number(field, value, range);
  const double apart = value == 0.0 ? 0.1 : 0.5 * (value < 0.0 ? -value : value);
  for (const double other : {value + apart, value - apart}) {
    const bool low = range.above ? other <= range.at_least : other < range.at_least;
    if (low || other > range.at_most) continue;
    add(field, other, text::number(other), text::number(value));
    return;
  }
}

void ChangedOptions::word(const Field& field, std::string& value,
                          std::span<const std::string_view> choices) {
  given_.word(field, value, choices);
  for (const std::string_view choice : choices) {
    if (choice == value) continue;
    add(field, std::string(choice), text::quoted(std::string(choice)), text::quoted(value));
    return;
  }
}

void ChangedOptions::integers(const Field& field, std::vector<Index>& value,
                              const IntegerRange& range) {
  given_.integers(field, value, range);
}

void ChangedOptions::numbers(const Field& field, std::vector<double>& value,
                             const NumberRange& range) {
  given_.numbers(field, value, range);
}

void ChangedOptions::words(const Field& field, std::vector<std::string>& value) {
  given_.words(field, value);
}

void ChangedOptions::path(const Field& field, Path& value) { given_.path(field, value); }

void ChangedOptions::refuse(std::string_view field, const std::string& message) {
  given_.refuse(field, message);
}

}  // namespace espalier::testing
