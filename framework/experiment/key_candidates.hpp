#pragma once

#include <string>
#include <vector>

#include "experiment/config_node.hpp"
#include "experiment/names_in_reach.hpp"

namespace espalier {

/// The keys and values of one experiment.
class KeyCandidates {
 public:
  using Rows = std::vector<FieldRow>;
  using Keys = std::vector<std::string>;  ///< a path: "train.epochs" in two

  explicit KeyCandidates(PluginSearch search);

  /// What can stand behind `keys`.
  Rows at(const Keys& keys) const;
  /// What can be the value of the last of `keys`.
  std::vector<std::string> values(const Keys& keys) const;
  /// Whether the value of `key` is the name of an entry of a table, or a map from that name to its
  /// options.
  static bool is_choice(const std::string& key);

 private:
  Rows choice(const std::string& table, const Keys& keys, std::size_t name) const;
  Rows sharing(const std::string& table, const Keys& keys, std::size_t name,
               const ConfigNode* said) const;
  Rows trunk(const Keys& keys) const;
  Rows stage_numbers() const;
  Rows entries(const Keys& keys) const;
  const ConfigNode* stage_at(const std::string& number) const;
  std::vector<std::string> names_in(const std::string& part) const;

  ConfigNode root_;
  NamesInReach reach_;
};

}  // namespace espalier
