#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "experiment/config_read.hpp"
#include "experiment/config_write.hpp"

namespace espalier {

/// A map with fields of its own: `train: { epochs: 10 }`.
template <class Object>
class GroupForm final : public Form {
 public:
  explicit GroupForm(Object& object) : object_(object) {}
  std::string type() const override { return "a map"; }
  void read(const ConfigNode& node, const std::string& path) const override {
    read_fields(node, path, object_);
  }
  ConfigNode write() const override { return write_fields(object_); }

 private:
  Object& object_;
};

/// A map from names to objects, which know their `name` and `place`: `tasks:`.
template <class Object>
class EntriesForm final : public Form {
 public:
  /// `noun` is what an entry is: "task"; `fresh` makes one without any keys read.
  EntriesForm(
      std::string_view noun, std::vector<Object>& objects,
      std::function<Object()> fresh = [] { return Object{}; })
      : noun_(noun), objects_(objects), fresh_(std::move(fresh)) {}

  std::string type() const override { return text::cat("a map: names to ", noun_, "s"); }
  void read(const ConfigNode& node, const std::string& path) const override {
    if (node.kind != ConfigNode::Kind::map || node.entries.empty()) {
      const char* const found = node.kind == ConfigNode::Kind::map ? "an empty map" : nullptr;
      refuse_at(node, path,
                text::cat("expected a map with at least one ", noun_, ", found ",
                          found != nullptr ? found : describe_found(node)));
    }
    objects_.clear();
    for (const ConfigNode::Entry& entry : node.entries) {
      check_name(entry.key, place_of(entry, path));
      const std::string inside = path_inside(path, entry.key);
      Object object = fresh_();
      object.name = entry.key;
      object.place = place_of(entry, inside);
      read_fields(entry.value, inside, object);
      objects_.push_back(std::move(object));
    }
  }
  ConfigNode write() const override {
    ConfigNode node = ConfigNode::make_map();
    for (Object& object : objects_) node.set(object.name, write_fields(object));
    return node;
  }

 private:
  std::string noun_;
  std::vector<Object>& objects_;
  std::function<Object()> fresh_;
};

}  // namespace espalier
