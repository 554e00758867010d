#pragma once

#include <string>
#include <vector>

#include "espalier/fields.hpp"
#include "espalier/testing.hpp"

namespace espalier::testing {

/// Gives a test's options to whatever lists its fields, with the checks that YAML gets: type,
/// range, choice, required and unknown names. Throws ConfigError "[testing] option NAME: ...".
class GivenOptions final : public Fields {
 public:
  explicit GivenOptions(const Options& options) : options_(options) {}

  void flag(const Field& field, bool& value) override;
  void integer(const Field& field, Index& value, const IntegerRange& range) override;
  void number(const Field& field, double& value, const NumberRange& range) override;
  void word(const Field& field, std::string& value,
            std::span<const std::string_view> choices) override;
  void integers(const Field& field, std::vector<Index>& value, const IntegerRange& range) override;
  void numbers(const Field& field, std::vector<double>& value, const NumberRange& range) override;
  void words(const Field& field, std::vector<std::string>& value) override;
  void path(const Field& field, Path& value) override;
  [[noreturn]] void refuse(std::string_view field, const std::string& message) override;

  /// To be called behind `fields`: throws where an option was not asked for, or a required one is
  /// missing.
  void finish() const;

 private:
  const Option* take(const Field& field);
  double as_number(const Field& field, const Option& option, const NumberRange& range);
  template <class Value>
  const Value& as(const Field& field, const Option& option, const char* expected);

  const Options& options_;
  std::vector<std::string> names_, missing_;
};

/// Sets `options` of anything with `fields(Fields&)`.
template <class Configurable>
void configure(Configurable& object, const Options& options) {
  GivenOptions given(options);
  object.fields(given);
  given.finish();
}

}  // namespace espalier::testing
