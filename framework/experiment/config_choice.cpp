#include "experiment/config_choice.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/config_read.hpp"
#include "experiment/config_write.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

// "an optimizer", "a layer"
std::string with_article(const std::string& noun) {
  const bool vowel = std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + noun;
}

[[noreturn]] void refuse_unknown(const std::string& place, const std::string& noun,
                                 const std::string& name, const std::vector<std::string>& names) {
  const std::string suggestion = text::suggestion(name, names);
  throw ConfigError(
      text::cat(place, ": unknown ", noun, " ", text::quoted(name),
                suggestion.empty() ? "; expected one of " + text::join(names, ", ") : suggestion));
}

}  // namespace

std::string ChoiceForm::type() const { return with_article(noun_); }

std::string ChoiceForm::read_name(const ConfigNode& node, const std::string& path) const {
  if (node.kind != Kind::map) return read_choice_name(node, path, noun_, names_for(node.scalar));
  if (node.entries.size() != 1) {
    const std::string found = node.entries.empty() ? "an empty map"
                                                   : text::cat(node.entries.size(), " (",
                                                               text::join(node.keys(), ", "), ")");
    refuse_at(node, path, text::cat("expected one ", noun_, ", found ", found));
  }
  const ConfigNode::Entry& entry = node.entries.front();
  const std::vector<std::string> known = names_for(entry.key);
  if (std::ranges::find(known, entry.key) == known.end()) {
    refuse_unknown(place_of(entry, path), noun_, entry.key, known);
  }
  return entry.key;
}

void ChoiceForm::read(const ConfigNode& node, const std::string& path) const {
  const std::string name = read_name(node, path);
  choose(name, place_of(node, path));
  ConfigNode no_options;  // of a name alone: missing keys are reported where the name stands
  no_options.origin = node.origin;
  no_options.line = node.line;
  no_options.column = node.column;
  const bool has_options = node.kind == Kind::map;
  ConfigReader reader(has_options ? node.entries.front().value : no_options,
                      path_inside(path, name));
  fields(reader);
  reader.finish();
}

ConfigNode ChoiceForm::write() const {
  const std::string name = chosen();
  if (name.empty()) return {};
  ConfigWriter writer;
  fields(writer);
  ConfigNode options = writer.take();
  if (options.entries.empty()) return ConfigNode::make_text(name);
  ConfigNode node = ConfigNode::make_map();
  node.set(name, std::move(options));
  return node;
}

std::string read_choice_name(const ConfigNode& node, const std::string& path,
                             const std::string& noun, const std::vector<std::string>& names) {
  if (node.kind != Kind::scalar) {
    refuse_at(
        node, path,
        text::cat("expected the name of ", with_article(noun), ", found ", describe_found(node)));
  }
  if (std::ranges::find(names, node.scalar) == names.end()) {
    refuse_unknown(place_of(node, path), noun, node.scalar, names);
  }
  return node.scalar;
}

}  // namespace espalier
