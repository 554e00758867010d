#include "core/shell.hpp"

#include <algorithm>

namespace espalier {

std::vector<std::string> path_entries(std::string_view path) {
  std::vector<std::string> all;
  while (!path.empty()) {
    const std::string_view entry = path.substr(0, path.find(':'));
    if (!entry.empty()) all.emplace_back(entry);
    path.remove_prefix(std::min(path.size(), entry.size() + 1));
  }
  return all;
}

std::string shell_word(std::string_view letters) {
  std::string made = "'";
  for (const char c : letters) made += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return made + "'";
}

}  // namespace espalier
