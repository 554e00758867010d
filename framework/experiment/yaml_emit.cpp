#include "experiment/yaml_emit.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>

namespace espalier {

namespace {

bool is_plain_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("_./+-%^()=").find(c) != std::string_view::npos;
}

// Characters that mean nothing to YAML, inside brackets too; single spaces between them.
bool can_stand_plain(std::string_view text) {
  if (text.empty() || text.starts_with("---") || text.starts_with("...")) return false;
  const char first = text.front();
  if (first == '%' || first == '=' || first == '^' || first == '(') return false;
  if (first == '-' && (text.size() == 1 || text[1] == ' ')) return false;
  if (first == ' ' || text.back() == ' ') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ' && text[i - 1] != ' ') continue;
    if (!is_plain_character(text[i])) return false;
  }
  return true;
}

bool looks_like_flag_or_null(std::string_view text) {
  static constexpr std::array<std::string_view, 10> kWords = {"true", "false", "yes", "no",   "on",
                                                              "off",  "y",     "n",   "null", "~"};
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::ranges::find(kWords, lower) != kWords.end();
}

// Numbers of YAML 1.1 and 1.2: decimal, 0x, 0o, digits grouped by '_', .inf, .nan.
bool looks_like_number(std::string_view text) {
  std::string bare;
  for (const char c : text) {
    if (c != '_') bare += c;
  }
  std::size_t start = bare.find_first_not_of("+-");
  if (start == std::string::npos) return false;
  if (bare.compare(start, 2, "0o") == 0) return true;
  if (bare[start] == '.') ++start;
  std::string word = bare.substr(start);
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (word == "inf" || word == "nan") return true;
  if (word.empty() || std::isdigit(static_cast<unsigned char>(word[0])) == 0) return false;
  char* end = nullptr;
  std::strtod(bare.c_str(), &end);
  return *end == '\0';
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\x%02x", byte);
      out += escaped.data();
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string scalar_text(const ConfigNode& node) {
  if (node.kind == ConfigNode::Kind::null) return "null";
  return !node.quoted && can_stand_plain(node.scalar) ? node.scalar : double_quoted(node.scalar);
}

std::string key_text(const std::string& key) {
  return reads_as_text(key) ? key : double_quoted(key);
}

bool is_leaf(const ConfigNode& node) {
  return node.kind == ConfigNode::Kind::null || node.kind == ConfigNode::Kind::scalar;
}

/// Fits behind "key:" on the same line.
bool is_inline(const ConfigNode& node) {
  if (node.kind == ConfigNode::Kind::map) return node.entries.empty();
  return is_leaf(node) || std::ranges::all_of(node.items, is_leaf);
}

std::string inline_text(const ConfigNode& node) {
  if (is_leaf(node)) return scalar_text(node);
  if (node.kind == ConfigNode::Kind::map) return "{}";
  std::string out = "[";
  for (const ConfigNode& item : node.items) {
    out += (out.size() > 1 ? ", " : "") + scalar_text(item);
  }
  return out + "]";
}

// Every line begins at `indent`, but the first one where the caller has written what stands before
// it ("- ").
void emit_block(const ConfigNode& node, std::size_t indent, bool first_line_begun,
                std::string& out) {
  const std::string margin(indent, ' ');
  bool begun = first_line_begun;
  const auto begin_line = [&] {
    if (!begun) out += margin;
    begun = false;
  };
  for (const ConfigNode::Entry& entry : node.entries) {
    begin_line();
    out += key_text(entry.key) + ":";
    if (is_inline(entry.value)) {
      out += " " + inline_text(entry.value) + "\n";
    } else {
      out += "\n";
      emit_block(entry.value, indent + 2, false, out);
    }
  }
  for (const ConfigNode& item : node.items) {
    begin_line();
    out += "- ";
    if (is_inline(item)) {
      out += inline_text(item) + "\n";
    } else {
      emit_block(item, indent + 2, true, out);
    }
  }
}

}  // namespace

std::string emit_yaml(const ConfigNode& node) {
  if (is_inline(node)) return inline_text(node) + "\n";
  std::string out;
  emit_block(node, 0, false, out);
  return out;
}

bool reads_as_text(std::string_view text) {
  return can_stand_plain(text) && !looks_like_flag_or_null(text) && !looks_like_number(text);
}

}  // namespace espalier
