#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/config_node.hpp"

namespace espalier {

/// The text that is being parsed, for places and for what yaml-cpp does not tell.
struct YamlText {
  std::string_view text;
  std::shared_ptr<const Origin> origin;
  bool positions = true;  ///< whether messages name line and column
  std::vector<std::size_t> line_starts;

  YamlText(std::string_view text, std::shared_ptr<const Origin> origin, bool positions);
  /// Byte that the mark points at, at most the size of the text.
  std::size_t offset(const YAML::Mark& mark) const;
  std::string_view line(int number) const;
  /// Throws the ConfigError "exp.yaml:3:1: PATH: MESSAGE".
  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& path,
                           const std::string& message) const;
};

/// Builds a ConfigNode from the parser's events, and refuses what parse_yaml promises to refuse.
class YamlBuilder final : public YAML::EventHandler {
 public:
  explicit YamlBuilder(const YamlText& text) : text_(text) {}
  ConfigNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { close(); }

 private:
  /// A list or map that has begun and not ended.
  struct Open {
    ConfigNode node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    bool in_braces = false;  ///< a map written as { a: 1 }
    bool has_key = false;    ///< a key waits for its value
    std::string key;
    YAML::Mark key_mark;
    std::map<std::string, int, std::less<>> key_lines;
  };

  bool expects_key() const;
  std::string path() const;
  ConfigNode node_at(const YAML::Mark& mark, ConfigNode::Kind kind) const;
  [[noreturn]] void refuse_as_key(const YAML::Mark& mark, const char* found) const;
  void count(const YAML::Mark& mark, std::size_t nodes);
  void check_tag(const YAML::Mark& mark, const std::string& tag) const;
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            ConfigNode::Kind kind);
  void close();
  void take_key(const YAML::Mark& mark, const std::string& tag, const std::string& key);
  void add(ConfigNode node, YAML::anchor_t anchor);
  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& message) const {
    text_.refuse(mark, path(), message);
  }

  const YamlText& text_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, ConfigNode> anchored_;
  ConfigNode root_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

}  // namespace espalier
