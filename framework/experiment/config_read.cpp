#include "experiment/config_read.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/config_path.hpp"
#include "experiment/config_scalar.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// The elements of a list; a single scalar is a list of one.
template <class Read>
void read_elements(const ConfigNode& node, const std::string& path, const char* expected,
                   Read&& read) {
  if (node.kind == Kind::scalar) return read(node, path);
  if (node.kind != Kind::list) {
    refuse_at(node, path, text::cat("expected ", expected, ", found ", describe_found(node)));
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    read(node.items[i], path_inside(path, text::cat(i)));
  }
}

}  // namespace

Form::~Form() = default;

const ConfigNode* ConfigReader::take(const Field& field) {
  names_.emplace_back(field.name);
  const ConfigNode* found = nullptr;
  if (node_.kind == Kind::map) found = node_.find(field.name);
  if (is_main(field.name)) found = &node_;
  if (found == nullptr && field.required && missing_.empty()) {
    missing_name_ = field.name;
    missing_ = text::cat("expected the key '", field.name, "' (", field.doc, "), found none");
  }
  return found;
}

bool ConfigReader::is_main(std::string_view field) const {
  const bool stands_for_first = node_.kind == Kind::scalar || node_.kind == Kind::list;
  return stands_for_first && !names_.empty() && names_.front() == field;
}

std::string ConfigReader::path_of(std::string_view field) const {
  return is_main(field) ? path_ : path_inside(path_, field);
}

void ConfigReader::flag(const Field& field, bool& value) {
  if (const ConfigNode* node = take(field)) value = read_flag(*node, path_of(field.name));
}

void ConfigReader::integer(const Field& field, Index& value, const IntegerRange& range) {
  if (const ConfigNode* node = take(field)) value = read_integer(*node, path_of(field.name), range);
}

void ConfigReader::number(const Field& field, double& value, const NumberRange& range) {
  if (const ConfigNode* node = take(field)) value = read_number(*node, path_of(field.name), range);
}

void ConfigReader::word(const Field& field, std::string& value,
                        std::span<const std::string_view> choices) {
  if (const ConfigNode* node = take(field)) value = read_word(*node, path_of(field.name), choices);
}

void ConfigReader::integers(const Field& field, std::vector<Index>& value,
                            const IntegerRange& range) {
  const ConfigNode* const node = take(field);
  if (node == nullptr) return;
  value.clear();
  read_elements(*node, path_of(field.name), "a list of integers",
                [&](const ConfigNode& item, const std::string& path) {
                  value.push_back(read_integer(item, path, range));
                });
}

void ConfigReader::numbers(const Field& field, std::vector<double>& value,
                           const NumberRange& range) {
  const ConfigNode* const node = take(field);
  if (node == nullptr) return;
  value.clear();
  read_elements(*node, path_of(field.name), "a list of numbers",
                [&](const ConfigNode& item, const std::string& path) {
                  value.push_back(read_number(item, path, range));
                });
}

void ConfigReader::words(const Field& field, std::vector<std::string>& value) {
  const ConfigNode* const node = take(field);
  if (node == nullptr) return;
  value.clear();
  read_elements(*node, path_of(field.name), "a list of texts",
                [&](const ConfigNode& item, const std::string& path) {
                  value.push_back(read_word(item, path));
                });
}

void ConfigReader::path(const Field& field, Path& value) {
  if (const ConfigNode* node = take(field)) value = read_path(*node, path_of(field.name));
}

void ConfigReader::form(const Field& field, const Form& form) {
  if (const ConfigNode* node = take(field)) form.read(*node, path_of(field.name));
}

void ConfigReader::rest(std::string_view /*doc*/, ConfigNode& value) {
  value = ConfigNode::make_map();
  value.origin = node_.origin;
  value.line = node_.line;
  value.column = node_.column;
  for (const ConfigNode::Entry& entry : node_.entries) {
    if (!contains(names_, entry.key)) value.entries.push_back(entry);
  }
  rest_taken_ = true;
}

void ConfigReader::refuse(std::string_view field, const std::string& message) {
  check_mistyped();
  check_missing();
  const ConfigNode* const found = node_.kind == Kind::map ? node_.find(field) : nullptr;
  if (field.empty()) refuse_at(node_, path_, message);
  refuse_at(found != nullptr ? *found : node_, path_of(field), message);
}

void ConfigReader::finish() const {
  check_mistyped();
  check_missing();
  check_unknown();
  const bool has_main = !names_.empty();
  if (!has_main && (node_.kind == Kind::scalar || node_.kind == Kind::list)) {
    refuse_at(node_, path_, "expected no options, found " + describe_found(node_));
  }
}

// What a key that no field has taken may have been meant for.
std::vector<std::string> ConfigReader::absent_fields() const {
  if (rest_taken_)
    return missing_.empty() ? std::vector<std::string>{} : std::vector{missing_name_};
  std::vector<std::string> absent;
  for (const std::string& name : names_) {
    if (node_.find(name) == nullptr) absent.push_back(name);
  }
  return absent;
}

void ConfigReader::check_mistyped() const {
  const std::vector<std::string> absent = absent_fields();
  for (const ConfigNode::Entry& entry : node_.entries) {
    if (contains(names_, entry.key)) continue;
    const std::string suggestion = text::suggestion(entry.key, absent);
    if (!suggestion.empty()) refuse_key(entry, suggestion);
  }
}

void ConfigReader::check_missing() const {
  if (!missing_.empty()) refuse_at(node_, path_, missing_);
}

void ConfigReader::check_unknown() const {
  if (rest_taken_) return;
  for (const ConfigNode::Entry& entry : node_.entries) {
    if (contains(names_, entry.key)) continue;
    std::string advice = text::suggestion(entry.key, names_);
    if (advice.empty()) advice = "; expected one of " + text::join(names_, ", ");
    if (names_.empty()) advice = "; expected no options";
    refuse_key(entry, advice);
  }
}

void ConfigReader::refuse_key(const ConfigNode::Entry& entry, const std::string& advice) const {
  throw ConfigError(
      text::cat(place_of(entry, path_), ": unknown key ", text::quoted(entry.key), advice));
}

}  // namespace espalier
