#pragma once

#include <string>
#include <vector>

#include "testing/given_options.hpp"

namespace espalier::testing {

/// An option with another value than it has.
struct ChangedOption {
  std::string name;
  Option value;
  std::string shown;  ///< "noise 0.15 instead of 0.1"
};

/// Lists the fields of something as GivenOptions does, and for each flag, number, integer and word
/// out of several a value that is legal and another one. Texts, paths and lists are left out: what
/// else they could be is not known.
class ChangedOptions final : public Fields {
 public:
  explicit ChangedOptions(const Options& options) : given_(options) {}

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

  const std::vector<ChangedOption>& all() const { return all_; }

 private:
  void add(const Field& field, Option value, const std::string& to, const std::string& from);

  GivenOptions given_;
  std::vector<ChangedOption> all_;
};

}  // namespace espalier::testing
