#pragma once

#include <string>
#include <vector>

#include "experiment/config_fields.hpp"

namespace espalier {

/// Writes every field with its value into a map that ConfigReader reads back to the same values.
/// Left out are values with no text of their own: empty paths, forms at their default.
class ESPALIER_API ConfigWriter final : public ConfigFields {
 public:
  ConfigWriter() : node_(ConfigNode::make_map()) {}
  ConfigNode take() { return std::move(node_); }

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
  [[noreturn]] void refuse(std::string_view field, const std::string& message) override;

 private:
  ConfigNode node_;
};

/// Everything that `object` lists in its `fields`, as a map.
template <class Object>
ConfigNode write_fields(Object& object) {
  ConfigWriter writer;
  object.fields(writer);
  return writer.take();
}

}  // namespace espalier
