#pragma once

#include <string>
#include <vector>

#include "experiment/config_fields.hpp"

namespace espalier {

/// Reads one map of options; a scalar or a list instead of the map is the value of the first field,
/// nothing (null) leaves all defaults. Each call of a field takes its key; `finish` refuses keys
/// that no field has taken, and required ones that are absent.
class ESPALIER_API ConfigReader final : public ConfigFields {
 public:
  /// `path` of the map for messages: "train". The node is read, not kept.
  ConfigReader(const ConfigNode& node, std::string path) : node_(node), path_(std::move(path)) {}

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
  /// To be called after the last field: a mistyped or missing key, which may be the cause, is
  /// reported in its place.
  [[noreturn]] void refuse(std::string_view field, const std::string& message) override;

  void finish() const;

 private:
  const ConfigNode* take(const Field& field);
  bool is_main(std::string_view field) const;
  std::string path_of(std::string_view field) const;
  std::vector<std::string> absent_fields() const;
  void check_mistyped() const;
  void check_missing() const;
  void check_unknown() const;
  [[noreturn]] void refuse_key(const ConfigNode::Entry& entry, const std::string& advice) const;

  const ConfigNode& node_;
  std::string path_;
  std::vector<std::string> names_;  ///< fields so far
  std::string missing_name_;        ///< first required key that is absent
  std::string missing_;             ///< message about it
  bool rest_taken_ = false;
};

/// Reads everything that `object` lists in its `fields`.
template <class Object>
void read_fields(const ConfigNode& node, const std::string& path, Object& object) {
  ConfigReader reader(node, path);
  object.fields(reader);
  reader.finish();
}

}  // namespace espalier
