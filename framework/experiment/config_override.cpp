#include "experiment/config_override.hpp"

#include <algorithm>
#include <charconv>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/yaml_parse.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

struct Override {
  std::vector<std::string> keys;
  ConfigNode value;  ///< null: remove
  std::shared_ptr<const Origin> origin;
};

[[noreturn]] void refuse(const Override& o, const std::string& message) {
  throw ConfigError(text::cat(o.origin->name, ": ", message));
}

std::string joined(const Override& o, std::size_t keys) {
  return text::join({o.keys.begin(), o.keys.begin() + static_cast<std::ptrdiff_t>(keys)}, ".");
}

// At the place that the first `keys` keys lead to.
[[noreturn]] void refuse_inside(const Override& o, std::size_t keys, const std::string& message) {
  refuse(o, keys == 0 ? message : text::cat(joined(o, keys), ": ", message));
}

std::vector<std::string> split_keys(const Override& o, std::string_view path) {
  std::vector<std::string> keys;
  while (true) {
    const std::size_t dot = path.find('.');
    keys.emplace_back(path.substr(0, dot));
    if (keys.back().empty()) refuse(o, "expected key.path=value, found an empty key");
    if (keys.size() > kMaxYamlDepth) {
      refuse(o, text::cat("expected at most ", kMaxYamlDepth, " keys, found more"));
    }
    if (dot == std::string_view::npos) return keys;
    path.remove_prefix(dot + 1);
  }
}

Override parse(const ConfigNode& root, const std::string& text) {
  Override o;
  auto origin = std::make_shared<Origin>();
  origin->name = "override " + text::quoted(text);
  if (root.origin) origin->folder = root.origin->folder;
  o.origin = std::move(origin);
  const std::string_view all = text;
  if (all.starts_with('~')) {
    o.keys = split_keys(o, all.substr(1));
    return o;
  }
  const std::size_t equals = all.find('=');
  if (equals == std::string_view::npos) refuse(o, "expected key.path=value, found no '='");
  o.keys = split_keys(o, all.substr(0, equals));
  if (all.find_first_not_of(" \t\r\n", equals + 1) == std::string_view::npos) {
    refuse(o, "expected a value after '=' (null removes the key), found nothing");
  }
  o.value = parse_yaml_value(all.substr(equals + 1), o.origin);
  return o;
}

std::size_t element(const Override& o, const ConfigNode& list, std::size_t level) {
  const std::string& key = o.keys[level];
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  const bool good = error == std::errc() && end == key.data() + key.size();
  if (good && index < list.items.size()) return index;
  const std::string range = list.items.empty()
                                ? "no element (the list is empty)"
                                : text::cat("a number from 0 to ", list.items.size() - 1);
  refuse_inside(o, level, text::cat("expected ", range, ", found ", text::quoted(key)));
}

/// Makes a map of `node`, which the override goes into: of nothing, or of a choice by its name.
void open_up(const Override& o, ConfigNode& node, std::size_t level) {
  if (node.kind == Kind::map || node.kind == Kind::list) return;
  const bool is_choice = node.kind == Kind::scalar && node.scalar == o.keys[level];
  if (node.kind == Kind::scalar && !is_choice) {
    refuse_inside(o, level, "expected a map to go into, found " + describe_found(node));
  }
  ConfigNode map = ConfigNode::make_map();
  map.origin = o.origin;
  node = std::move(map);
}

ConfigNode& child(const Override& o, ConfigNode& node, std::size_t level) {
  open_up(o, node, level);
  if (node.kind == Kind::list) return node.items[element(o, node, level)];
  if (ConfigNode* const found = node.find(o.keys[level])) return *found;
  ConfigNode made;
  made.origin = o.origin;
  node.set(o.keys[level], std::move(made));
  return node.entries.back().value;
}

void remove(const Override& o, ConfigNode& root) {
  ConfigNode* node = &root;
  for (std::size_t level = 0; level < o.keys.size(); ++level) {
    const bool last = level + 1 == o.keys.size();
    if (node->kind == Kind::list) {
      const std::size_t i = element(o, *node, level);
      if (last) {
        node->items.erase(node->items.begin() + static_cast<std::ptrdiff_t>(i));
        return;
      }
      node = &node->items[i];
      continue;
    }
    ConfigNode* const next = node->find(o.keys[level]);
    if (next == nullptr) {
      refuse(o, text::cat("expected a key to remove, found no '", joined(o, level + 1), "'",
                          text::suggestion(o.keys[level], node->keys())));
    }
    if (last) {
      std::erase_if(node->entries,
                    [&](const ConfigNode::Entry& entry) { return entry.key == o.keys[level]; });
      return;
    }
    node = next;
  }
}

void put(const Override& o, ConfigNode& root) {
  ConfigNode* node = &root;
  for (std::size_t level = 0; level < o.keys.size(); ++level) node = &child(o, *node, level);
  *node = o.value;
}

}  // namespace

void apply_override(ConfigNode& root, const std::string& text) {
  const Override o = parse(root, text);
  if (o.value.kind == Kind::null) return remove(o, root);
  put(o, root);
}

void set_key(ConfigNode& root, const std::string& path, const ConfigNode& value) {
  auto origin = std::make_shared<Origin>();
  origin->name = text::cat(value.where(), ": ", path);
  if (value.origin) origin->folder = value.origin->folder;
  Override o{{}, value, std::move(origin)};
  o.keys = split_keys(o, path);
  put(o, root);
}

}  // namespace espalier
