// `optimizer:` one for all parameters, or one for each group of them.
#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/spec_parts.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

std::string group_of(const std::string& prefix) { return prefix.empty() ? "all" : prefix; }

bool is_group(std::string_view key) {
  return key == "all" || key == "trunk" || key == "heads" || key.starts_with("trunk/") ||
         key.starts_with("heads/");
}

OptimizerGroup read_group(const std::string& prefix, const ConfigNode& node,
                          const std::string& path) {
  OptimizerGroup group;
  group.prefix = prefix;
  TableChoice("optimizer", optimizer_table(), group.optimizer).read(node, path);
  return group;
}

[[noreturn]] void refuse_key(const ConfigNode::Entry& entry, const std::string& path,
                             const std::vector<std::string>& optimizers) {
  std::vector<std::string> known = optimizers;
  known.insert(known.end(), {"all", "trunk", "heads"});
  const std::string suggestion = text::suggestion(entry.key, known);
  throw ConfigError(
      text::cat(place_of(entry, path), ": unknown optimizer or group ", text::quoted(entry.key),
                suggestion.empty() ? "; expected one of " + text::join(optimizers, ", ") +
                                         ", or groups: all, trunk, trunk/STAGE, heads, heads/TASK"
                                   : suggestion));
}

}  // namespace

std::string OptimizersForm::type() const {
  return "an optimizer, or a map: group of parameters to optimizer";
}

void OptimizersForm::read(const ConfigNode& node, const std::string& path) const {
  groups_.clear();
  const std::vector<std::string> optimizers = names_of(optimizer_table());
  const auto is_optimizer = [&](const std::string& key) {
    return std::ranges::find(optimizers, key) != optimizers.end();
  };
  bool grouped = false;
  for (const ConfigNode::Entry& entry : node.entries) {
    grouped |= is_group(entry.key);
    if (!is_group(entry.key) && !is_optimizer(entry.key)) refuse_key(entry, path, optimizers);
  }
  if (!grouped) {
    groups_.push_back(read_group("", node, path));
    return;
  }
  for (const ConfigNode::Entry& entry : node.entries) {
    if (!is_group(entry.key)) {
      throw ConfigError(text::cat(place_of(entry, path), ": expected groups alone, found the ",
                                  "optimizer ", text::quoted(entry.key), " beside them"));
    }
    const std::string prefix = entry.key == "all" ? "" : entry.key;
    groups_.push_back(read_group(prefix, entry.value, path_inside(path, entry.key)));
  }
}

ConfigNode OptimizersForm::write() const {
  ConfigNode node = ConfigNode::make_map();
  for (OptimizerGroup& group : groups_) {
    node.set(group_of(group.prefix),
             TableChoice("optimizer", optimizer_table(), group.optimizer).write());
  }
  const bool for_all = groups_.size() == 1 && groups_.front().prefix.empty();
  return for_all ? node.entries.front().value : node;
}

}  // namespace espalier
