#include "experiment/yaml_parse.hpp"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/config_text.hpp"
#include "experiment/yaml_builder.hpp"

namespace espalier {

namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 24U;

/// yaml-cpp's words, and ours for the mistakes that people make.
struct Sentence {
  const char* theirs;
  const char* ours;
};
const std::array<Sentence, 11> kSentences = {{
    {YAML::ErrorMsg::END_OF_MAP, "expected a key at the indentation of the keys before it"},
    {YAML::ErrorMsg::END_OF_SEQ, "expected '- ' at the indentation of the items before it"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "expected ',' or '}' in a map in braces"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "expected ',' or ']' in a list in brackets"},
    {YAML::ErrorMsg::MAP_VALUE,
     "expected no ':' here; put text that holds one in quotes, and keys at the indentation of the "
     "keys before them"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "expected no '-' here; a list begins on a line of its own"},
    {YAML::ErrorMsg::FLOW_END, "expected a value, found a bracket or brace that closes nothing"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "expected a closing quote, found the end of the text"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "expected spaces for indentation, found a tab"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "expected an alias of a value before it, found none"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN,
     "expected a value, found a character that must stand in quotes"},
}};

std::string sentence_for(const YamlText& text, const YAML::Exception& error) {
  const std::string_view line = text.line(error.mark.line);
  const std::size_t indentation = std::min(line.find_first_not_of(" \t"), line.size());
  if (line.substr(0, indentation).find('\t') != std::string_view::npos) {
    return "expected spaces for indentation, found a tab";
  }
  const std::size_t at = text.offset(error.mark);
  if (at > 0 && text.text.substr(at - 1).starts_with("${")) {
    return "expected a path with '${...}' inside braces or brackets to stand in quotes";
  }
  for (const Sentence& sentence : kSentences) {
    if (error.msg == sentence.theirs) return sentence.ours;
  }
  return "expected valid YAML, found: " + error.msg;
}

YAML::Mark mark_of(const YamlText& text, std::size_t at) {
  YAML::Mark mark;
  const auto next = std::ranges::upper_bound(text.line_starts, at);
  mark.line = static_cast<int>(next - text.line_starts.begin()) - 1;
  mark.column = static_cast<int>(at - *(next - 1));
  return mark;
}

ConfigNode parse(const YamlText& text) {
  const TextFault fault = find_text_fault(text.text);
  if (!fault.message.empty()) text.refuse(mark_of(text, fault.at), "", fault.message);
  std::istringstream in{std::string(text.text)};
  YamlBuilder builder(text);
  try {
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) {
      text.refuse(YAML::Mark(), "", "expected a YAML document, found an empty one");
    }
    // At most one more: some texts never end when all documents are asked for (yaml-cpp issue
    // 1040).
    parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    text.refuse(error.mark, "", sentence_for(text, error));
  }
  return builder.take();
}

}  // namespace

ConfigNode parse_yaml(std::string_view text, const std::string& file_name) {
  static constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  auto origin = std::make_shared<Origin>();
  origin->name = file_name;
  origin->folder = std::filesystem::absolute(file_name).parent_path().lexically_normal().string();
  return parse(YamlText(text, std::move(origin), true));
}

ConfigNode parse_yaml_value(std::string_view text, std::shared_ptr<const Origin> origin) {
  return parse(YamlText(text, std::move(origin), false));
}

ConfigNode load_yaml(const std::string& path) {
  std::string text;
  try {
    text = file::read(path, kMaxFileBytes);
  } catch (const DataError& error) {
    std::string why = error.what();
    const std::string tag = "[file] ";
    if (why.starts_with(tag)) why.erase(0, tag.size());
    throw ConfigError(why);
  }
  return parse_yaml(text, path);
}

}  // namespace espalier
