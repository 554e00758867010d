#include "experiment/config_write.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/config_path.hpp"

namespace espalier {

void ConfigWriter::flag(const Field& field, bool& value) {
  node_.set(field.name, ConfigNode::make_plain(value ? "true" : "false"));
}

void ConfigWriter::integer(const Field& field, Index& value, const IntegerRange& /*range*/) {
  node_.set(field.name, ConfigNode::make_plain(text::cat(value)));
}

void ConfigWriter::number(const Field& field, double& value, const NumberRange& /*range*/) {
  // Infinity can be a default ("no limit"), but not be written.
  if (std::isfinite(value)) node_.set(field.name, ConfigNode::make_plain(text::number(value)));
}

void ConfigWriter::word(const Field& field, std::string& value,
                        std::span<const std::string_view> choices) {
  if (choices.empty() || std::ranges::find(choices, value) != choices.end()) {
    node_.set(field.name, ConfigNode::make_text(value));
  }
}

void ConfigWriter::integers(const Field& field, std::vector<Index>& value,
                            const IntegerRange& /*range*/) {
  ConfigNode list = ConfigNode::make_list();
  for (const Index element : value) {
    list.items.push_back(ConfigNode::make_plain(text::cat(element)));
  }
  node_.set(field.name, std::move(list));
}

void ConfigWriter::numbers(const Field& field, std::vector<double>& value,
                           const NumberRange& /*range*/) {
  ConfigNode list = ConfigNode::make_list();
  for (const double element : value) {
    list.items.push_back(ConfigNode::make_plain(text::number(element)));
  }
  node_.set(field.name, std::move(list));
}

void ConfigWriter::words(const Field& field, std::vector<std::string>& value) {
  ConfigNode list = ConfigNode::make_list();
  for (const std::string& element : value) list.items.push_back(ConfigNode::make_text(element));
  node_.set(field.name, std::move(list));
}

void ConfigWriter::path(const Field& field, Path& value) {
  if (!value.file.empty()) node_.set(field.name, write_path(value));
}

void ConfigWriter::form(const Field& field, const Form& form) {
  ConfigNode written = form.write();
  if (written.kind != ConfigNode::Kind::null) node_.set(field.name, std::move(written));
}

void ConfigWriter::rest(std::string_view /*doc*/, ConfigNode& value) {
  for (const ConfigNode::Entry& entry : value.entries) node_.set(entry.key, entry.value);
}

void ConfigWriter::refuse(std::string_view field, const std::string& message) {
  throw ConfigError(text::cat("(resolved): ", field, ": ", message));
}

}  // namespace espalier
