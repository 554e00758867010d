#pragma once

#include <string>
#include <utility>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// A piece of configuration with the place it was written at: what a YAML file or an override
/// becomes before it is read. Strict by construction: no duplicate keys, no anchors left, one
/// document.
struct ConfigNode {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  struct Entry;

  Kind kind = Kind::null;
  std::string scalar;   ///< text of a scalar, as written
  bool quoted = false;  ///< written in quotes: a string, whatever it looks like
  std::vector<ConfigNode> items;
  std::vector<Entry> entries;  ///< in the order written
  std::string file;            ///< "exp.yaml", or "override 'train.epochs=x'"
  int line = 0;                ///< 1-based; 0 where there is none (overrides)
  int column = 0;

  /// "exp.yaml:5:20" or "override 'a=b'".
  std::string where() const;
  const ConfigNode* find(const std::string& key) const;
};

struct ConfigNode::Entry {
  std::string key;
  int line = 0;
  int column = 0;
  ConfigNode value;
};

}  // namespace espalier
