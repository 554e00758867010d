#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiment/config_fields.hpp"

namespace espalier {

/// One key as the reference shows it.
struct FieldRow {
  std::string name;
  std::string type;           ///< "an integer of at least 1"
  std::string default_value;  ///< "" where there is none
  std::string doc;
  bool required = false;
};

/// Collects the keys that an object lists, with its values as defaults.
class ESPALIER_API FieldRows final : public ConfigFields {
 public:
  const std::vector<FieldRow>& rows() const { return rows_; }

  void flag(const Field& field, bool& value) override;
  void integer(const Field& field, Index& value, const IntegerRange& range) override;
  void number(const Field& field, double& value, const NumberRange& range) override;
  void word(const Field& field, std::string& value,
            std::span<const std::string_view> choices) override;
  void integers(const Field& field, std::vector<Index>& value, const IntegerRange& range) override;
  void numbers(const Field& field, std::vector<double>& value, const NumberRange& range) override;
  void words(const Field& field, std::vector<std::string>& value) override;
  void path(const Field& field, Path& value) override;
  void form(const Field& field, const Form& form) override;
  void rest(std::string_view doc, ConfigNode& value) override;
  /// Defaults need not fit together before required fields are given: ends the list.
  [[noreturn]] void refuse(std::string_view field, const std::string& message) override;

 private:
  void add(const Field& field, std::string type, std::string default_value);

  std::vector<FieldRow> rows_;
};

/// The keys that `list` lists, up to where it refuses its defaults: these need not fit together
/// before required options are given.
ESPALIER_API std::vector<FieldRow> field_rows(const std::function<void(ConfigFields&)>& list);

/// The keys as a Markdown table; "No options." where there are none.
ESPALIER_API std::string field_table(const std::vector<FieldRow>& rows);

/// The same of what `list` lists.
ESPALIER_API std::string keys_table(const std::function<void(ConfigFields&)>& list);

/// All keys of an experiment file as a Markdown page, from the lists and tables that read it.
ESPALIER_API std::string reference_markdown();

}  // namespace espalier
