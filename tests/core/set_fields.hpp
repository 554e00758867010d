#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "espalier/error.hpp"
#include "espalier/fields.hpp"

namespace espalier::test {

using Option =
    std::variant<bool, Index, double, std::string, std::vector<Index>, std::vector<double>>;

/// Gives options to anything configurable, by name. Unknown names and other types are errors of the
/// test; `refuse` throws its message as a ConfigError.
class SetFields final : public Fields {
 public:
  explicit SetFields(std::map<std::string, Option> options) : options_(std::move(options)) {}

  void flag(const Field& field, bool& value) override { take(field, value); }
  void integer(const Field& field, Index& value, const IntegerRange& /*range*/) override {
    take(field, value);
  }
  void number(const Field& field, double& value, const NumberRange& /*range*/) override {
    take(field, value);
  }
  void word(const Field& field, std::string& value,
            std::span<const std::string_view> /*choices*/) override {
    take(field, value);
  }
  void integers(const Field& field, std::vector<Index>& value,
                const IntegerRange& /*range*/) override {
    take(field, value);
  }
  void numbers(const Field& field, std::vector<double>& value,
               const NumberRange& /*range*/) override {
    take(field, value);
  }
  void words(const Field& /*field*/, std::vector<std::string>& /*value*/) override {}
  void path(const Field& /*field*/, Path& /*value*/) override {}
  [[noreturn]] void refuse(std::string_view field, const std::string& message) override {
    throw ConfigError(std::string(field) + ": " + message);
  }

  const std::map<std::string, Option>& left() const { return options_; }

 private:
  template <class Value>
  void take(const Field& field, Value& value) {
    const auto at = options_.find(std::string(field.name));
    if (at == options_.end()) return;
    value = std::get<Value>(at->second);
    options_.erase(at);
  }

  std::map<std::string, Option> options_;
};

/// Sets `options` of anything with `fields(Fields&)`.
template <class Configurable>
void configure(Configurable& object, const std::map<std::string, Option>& options) {
  SetFields fields(options);
  object.fields(fields);
  if (!fields.left().empty()) throw std::logic_error("no option " + fields.left().begin()->first);
}

/// Makes the entry `name` of a table with the given options.
template <class Table>
auto make(const Table& table, std::string_view name,
          const std::map<std::string, Option>& options = {}) {
  for (const auto& entry : table) {
    if (entry.name != name) continue;
    auto made = entry.make();
    configure(*made, options);
    return made;
  }
  throw std::logic_error("no entry " + std::string(name));
}

}  // namespace espalier::test
