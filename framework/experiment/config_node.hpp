#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// The text that a piece of configuration was read from.
struct Origin {
  std::string name;    ///< "exp.yaml" as the user wrote it, or "override 'train.epochs=x'"
  std::string folder;  ///< where relative paths start: absolute folder of the YAML file
};

/// A piece of configuration with the place it was written at: what a YAML file or an override
/// becomes before it is read. Strict by construction: no duplicate keys, no anchors left, one
/// document.
struct ESPALIER_API ConfigNode {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  struct Entry;

  Kind kind = Kind::null;
  bool quoted = false;  ///< written in quotes: a string, whatever it looks like
  std::string scalar;   ///< text of a scalar, as written
  std::vector<ConfigNode> items;
  std::vector<Entry> entries;            ///< in the order written
  std::shared_ptr<const Origin> origin;  ///< null: made by the program
  int line = 0;                          ///< 1-based; 0 where there is none (overrides)
  int column = 0;                        ///< 1-based, in bytes

  /// "exp.yaml:5:20" or "override 'a=b'".
  std::string where() const;
  const ConfigNode* find(std::string_view key) const;
  ConfigNode* find(std::string_view key);
  /// A map's keys.
  std::vector<std::string> keys() const;

  static ConfigNode make_map();
  static ConfigNode make_list();
  /// A plain scalar: a number, a flag.
  static ConfigNode make_plain(std::string text);
  /// A text, quoted where it would read as something else.
  static ConfigNode make_text(std::string text);
  /// Adds or replaces an entry of a map.
  void set(std::string_view key, ConfigNode value);
};

struct ESPALIER_API ConfigNode::Entry {
  std::string key;
  int line = 0;
  int column = 0;
  ConfigNode value;

  std::string where() const;
};

/// "exp.yaml:5:20: data.digits", or the first half alone where the path is empty.
ESPALIER_API std::string place_of(const ConfigNode& node, const std::string& path);
ESPALIER_API std::string place_of(const ConfigNode::Entry& entry, const std::string& path);

/// "train" and "epochs" to "train.epochs".
ESPALIER_API std::string path_inside(const std::string& path, std::string_view key);

/// What a message calls the value: "'x'", "the quoted text 'x'", "a list", "a map", "nothing".
ESPALIER_API std::string describe_found(const ConfigNode& node);

/// Throws the ConfigError "PLACE: MESSAGE".
[[noreturn]] ESPALIER_API void refuse_at(const ConfigNode& node, const std::string& path,
                                         const std::string& message);

/// Names of data sets, tasks, stages and the experiment become names of files and parameters: 1 to
/// 64 letters, digits, '_' or '-'. Throws a ConfigError at `place` otherwise.
ESPALIER_API void check_name(const std::string& name, const std::string& place);

}  // namespace espalier
