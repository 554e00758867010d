#include "experiment/complete_key.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "experiment/key_candidates.hpp"

namespace espalier {

namespace {

using Keys = KeyCandidates::Keys;

Keys split(std::string_view path) {
  Keys keys;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    keys.emplace_back(path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  keys.emplace_back(path);
  return keys;
}

}  // namespace

std::vector<std::string> beginning_with(const std::string& typed, std::vector<std::string> all) {
  std::erase_if(all, [&](const std::string& word) { return !word.starts_with(typed); });
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<std::string> complete_override(const std::string& typed, const PluginSearch& search) {
  const KeyCandidates candidates(search);
  std::vector<std::string> all;
  const std::size_t equals = typed.find('=');
  if (equals != std::string::npos) {
    const std::string key = typed.substr(0, equals);
    for (const std::string& value : candidates.values(split(key))) {
      all.push_back(text::cat(key, "=", value));
    }
    return beginning_with(typed, std::move(all));
  }
  Keys keys = split(typed);
  keys.pop_back();
  const std::string before = keys.empty() ? "" : text::join(keys, ".") + ".";
  for (const FieldRow& row : candidates.at(keys)) {
    const bool chosen = keys.empty() && KeyCandidates::is_choice(row.name);
    const bool inside = row.type.starts_with("a map");
    if (chosen || inside) all.push_back(text::cat(before, row.name, "."));
    if (chosen || !inside) all.push_back(text::cat(before, row.name, "="));
  }
  return beginning_with(typed, std::move(all));
}

}  // namespace espalier
