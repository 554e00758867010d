#include "experiment/config_node.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/yaml_emit.hpp"

namespace espalier {

namespace {

std::string where_of(const ConfigNode& node, int line, int column) {
  const std::string name = node.origin ? node.origin->name : "(generated)";
  return line > 0 ? text::cat(name, ":", line, ":", column) : name;
}

std::string join_place(const std::string& where, const std::string& path) {
  return path.empty() ? where : text::cat(where, ": ", path);
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

std::string ConfigNode::where() const { return where_of(*this, line, column); }

// A value that an override has put in place of the file's has no line: the key is the override's.
std::string ConfigNode::Entry::where() const {
  return where_of(value, value.line > 0 ? line : 0, column);
}

const ConfigNode* ConfigNode::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

ConfigNode* ConfigNode::find(std::string_view key) {
  return const_cast<ConfigNode*>(std::as_const(*this).find(key));
}

std::vector<std::string> ConfigNode::keys() const {
  std::vector<std::string> all;
  for (const Entry& entry : entries) all.push_back(entry.key);
  return all;
}

ConfigNode ConfigNode::make_map() {
  ConfigNode node;
  node.kind = Kind::map;
  return node;
}

ConfigNode ConfigNode::make_list() {
  ConfigNode node;
  node.kind = Kind::list;
  return node;
}

ConfigNode ConfigNode::make_plain(std::string text) {
  ConfigNode node;
  node.kind = Kind::scalar;
  node.scalar = std::move(text);
  return node;
}

ConfigNode ConfigNode::make_text(std::string text) {
  ConfigNode node = make_plain(std::move(text));
  node.quoted = !reads_as_text(node.scalar);
  return node;
}

void ConfigNode::set(std::string_view key, ConfigNode value) {
  if (ConfigNode* const found = find(key)) {
    *found = std::move(value);
    return;
  }
  Entry entry;
  entry.key = key;
  entry.line = value.line;
  entry.column = value.column;
  entry.value = std::move(value);
  entries.push_back(std::move(entry));
}

std::string place_of(const ConfigNode& node, const std::string& path) {
  return join_place(node.where(), path);
}

std::string place_of(const ConfigNode::Entry& entry, const std::string& path) {
  return join_place(entry.where(), path);
}

std::string path_inside(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : text::cat(path, ".", key);
}

std::string describe_found(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::scalar:
      return (node.quoted ? "the quoted text " : "") + text::quoted(node.scalar);
    case ConfigNode::Kind::list:
      return "a list";
    case ConfigNode::Kind::map:
      return "a map";
    case ConfigNode::Kind::null:
      break;
  }
  return "nothing";
}

void refuse_at(const ConfigNode& node, const std::string& path, const std::string& message) {
  throw ConfigError(text::cat(place_of(node, path), ": ", message));
}

void check_name(const std::string& name, const std::string& place) {
  if (!name.empty() && name.size() <= 64 && std::ranges::all_of(name, is_name_character)) return;
  throw ConfigError(text::cat(place, ": expected a name of 1 to 64 letters, digits, '_' or '-', ",
                              "found ", text::quoted(name)));
}

}  // namespace espalier
