#include "experiment/yaml_builder.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/config_text.hpp"
#include "experiment/yaml_parse.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

std::size_t count_nodes(const ConfigNode& node) {
  std::size_t total = 1;
  for (const ConfigNode& item : node.items) total += count_nodes(item);
  for (const ConfigNode::Entry& entry : node.entries) total += count_nodes(entry.value);
  return total;
}

std::size_t height(const ConfigNode& node) {
  std::size_t deepest = 0;
  for (const ConfigNode& item : node.items) deepest = std::max(deepest, height(item));
  for (const ConfigNode::Entry& entry : node.entries) {
    deepest = std::max(deepest, height(entry.value));
  }
  return deepest + (node.kind == Kind::list || node.kind == Kind::map ? 1 : 0);
}

// yaml-cpp 0.7 takes the end of the text for a closing quote where a line ends before it.
bool quote_is_closed(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {  // anchor or tag before it
    at = std::min(text.find_first_of(" \t\r\n", at), text.size());
    at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
  }
  if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return true;
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      if (quote == '"' || at + 1 >= text.size() || text[at + 1] != quote) return true;
      ++at;  // '' inside single quotes
    }
  }
  return false;
}

// Whether the list or map in brackets or braces that begins at `at` ends. One that does not is
// taken by yaml-cpp for the key of a map, as far as it goes.
bool bracket_is_closed(std::string_view text, std::size_t at) {
  int depth = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && --depth == 0) return true;
  }
  return depth == 0;
}

}  // namespace

YamlText::YamlText(std::string_view all, std::shared_ptr<const Origin> from, bool with_positions)
    : text(all), origin(std::move(from)), positions(with_positions), line_starts{0} {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') line_starts.push_back(i + 1);
  }
}

std::size_t YamlText::offset(const YAML::Mark& mark) const {
  const auto number = static_cast<std::size_t>(std::max(0, mark.line));
  if (number >= line_starts.size()) return text.size();
  return std::min(text.size(),
                  line_starts[number] + static_cast<std::size_t>(std::max(0, mark.column)));
}

std::string_view YamlText::line(int number) const {
  const auto n = static_cast<std::size_t>(std::max(0, number));
  if (n >= line_starts.size()) return {};
  const std::string_view rest = text.substr(line_starts[n]);
  return rest.substr(0, rest.find('\n'));
}

void YamlText::refuse(const YAML::Mark& mark, const std::string& path,
                      const std::string& message) const {
  std::string where = origin->name;
  if (positions) {
    where = text::cat(where, ":", std::max(0, mark.line) + 1, ":", std::max(0, mark.column) + 1);
  }
  throw ConfigError(text::cat(where, ": ", path.empty() ? "" : path + ": ", message));
}

void YamlBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (++documents_ == 1) return;
  // yaml-cpp begins a new document wherever the first one has ended, marked or not.
  const bool marked = text_.line(mark.line).starts_with("---");
  refuse(mark, marked ? "expected one document, found a second one"
                      : "expected the end of the document, found more text");
}

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (expects_key()) refuse(mark, "expected a key, found nothing");
  ConfigNode node = node_at(mark, Kind::null);
  if (!open_.empty() && open_.back().node.kind == Kind::map) {
    const YAML::Mark& key = open_.back().key_mark;
    // The mark alone does not tell: it is also that of a value which the end of the text cuts off.
    const bool no_value = !open_.back().in_braces && text_.offset(mark) <= text_.offset(key);
    const std::string_view written = text_.text.substr(text_.offset(key));
    if (no_value && written.substr(0, written.find('\n')).find(':') == std::string_view::npos) {
      text_.refuse(key, path(), "expected ':' after the key, found the end of the line");
    }
    // An absent value is marked where the next token stands, on whatever line.
    if (mark.line != key.line) node = node_at(key, Kind::null);
  }
  count(mark, 1);
  add(std::move(node), anchor);
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (expects_key()) refuse(mark, "expected a key, found an alias");
  const auto found = anchored_.find(anchor);
  if (found == anchored_.end()) {
    refuse(mark, "expected an alias of a finished value, found one inside itself");
  }
  count(mark, count_nodes(found->second));
  if (open_.size() + height(found->second) > kMaxYamlDepth) {
    refuse(mark, text::cat("expected at most ", kMaxYamlDepth, " levels of nesting, found more"));
  }
  add(found->second, YAML::NullAnchor);
}

void YamlBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  if (tag == "!" && !quote_is_closed(text_.text, text_.offset(mark))) {
    refuse(mark, "expected a closing quote, found the end of the text");
  }
  if (expects_key()) return take_key(mark, tag, value);
  check_tag(mark, tag);
  ConfigNode node = node_at(mark, Kind::scalar);
  node.scalar = value;
  node.quoted = tag == "!";
  count(mark, 1);
  add(std::move(node), anchor);
}

void YamlBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value /*style*/) {
  if (expects_key()) refuse_as_key(mark, "a list");
  open(mark, tag, anchor, Kind::list);
}

void YamlBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value style) {
  if (expects_key()) refuse_as_key(mark, "a map");
  open(mark, tag, anchor, Kind::map);
  open_.back().in_braces = style == YAML::EmitterStyle::Flow;
}

void YamlBuilder::refuse_as_key(const YAML::Mark& mark, const char* found) const {
  if (!bracket_is_closed(text_.text, text_.offset(mark))) {
    refuse(mark, "expected a closing bracket or brace, found the end of the text");
  }
  refuse(mark, text::cat("expected a key, found ", found));
}

bool YamlBuilder::expects_key() const {
  return !open_.empty() && open_.back().node.kind == Kind::map && !open_.back().has_key;
}

std::string YamlBuilder::path() const {
  std::string joined;
  for (const Open& level : open_) {
    if (level.node.kind == Kind::list) {
      joined = path_inside(joined, text::cat(level.node.items.size()));
    } else if (level.has_key) {
      joined = path_inside(joined, level.key);
    }
  }
  return joined;
}

ConfigNode YamlBuilder::node_at(const YAML::Mark& mark, Kind kind) const {
  ConfigNode node;
  node.kind = kind;
  node.origin = text_.origin;
  node.line = text_.positions ? mark.line + 1 : 0;
  node.column = text_.positions ? mark.column + 1 : 0;
  return node;
}

void YamlBuilder::count(const YAML::Mark& mark, std::size_t nodes) {
  nodes_ += nodes;
  if (nodes_ <= kMaxYamlNodes) return;
  refuse(mark, text::cat("expected at most ", kMaxYamlNodes, " values, aliases written out, ",
                         "found more"));
}

void YamlBuilder::check_tag(const YAML::Mark& mark, const std::string& tag) const {
  if (tag.empty() || tag == "?" || tag == "!") return;
  refuse(mark, "expected a value without a tag, found the tag " + text::quoted(tag));
}

void YamlBuilder::open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       Kind kind) {
  check_tag(mark, tag);
  count(mark, 1);
  if (open_.size() >= kMaxYamlDepth) {
    text_.refuse(mark, "",
                 text::cat("expected at most ", kMaxYamlDepth, " levels of nesting, found more"));
  }
  Open level;
  level.node = node_at(mark, kind);
  level.anchor = anchor;
  open_.push_back(std::move(level));
}

void YamlBuilder::close() {
  Open level = std::move(open_.back());
  open_.pop_back();
  add(std::move(level.node), level.anchor);
}

void YamlBuilder::take_key(const YAML::Mark& mark, const std::string& tag, const std::string& key) {
  check_tag(mark, tag);
  if (key == "<<" && tag != "!") {
    refuse(mark,
           "expected a key, found the merge key '<<', which is not supported; write the "
           "keys out, or use an alias for the whole value");
  }
  const bool printable =
      key.find_first_of("\t\r\n") == std::string::npos && find_text_fault(key).message.empty();
  if (key.empty() || key.size() > 128 || !printable) {
    refuse(mark, "expected a key of 1 to 128 printable bytes, found " + text::quoted(key));
  }
  Open& level = open_.back();
  const auto [first, is_new] = level.key_lines.emplace(key, mark.line + 1);
  if (!is_new) {
    refuse(mark,
           text::cat("duplicate key ", text::quoted(key),
                     text_.positions ? text::cat(", first given in line ", first->second) : ""));
  }
  level.has_key = true;
  level.key = key;
  level.key_mark = mark;
}

void YamlBuilder::add(ConfigNode node, YAML::anchor_t anchor) {
  if (anchor != YAML::NullAnchor) {
    // The kept copy counts too: anchors nested in anchors would multiply otherwise.
    YAML::Mark mark;
    mark.line = node.line - 1;
    mark.column = node.column - 1;
    count(mark, count_nodes(node));
    anchored_[anchor] = node;
  }
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = open_.back();
  if (parent.node.kind == Kind::list) {
    parent.node.items.push_back(std::move(node));
    return;
  }
  ConfigNode::Entry entry;
  entry.key = parent.key;
  entry.line = text_.positions ? parent.key_mark.line + 1 : 0;
  entry.column = text_.positions ? parent.key_mark.column + 1 : 0;
  entry.value = std::move(node);
  parent.node.entries.push_back(std::move(entry));
  parent.has_key = false;
}

}  // namespace espalier
