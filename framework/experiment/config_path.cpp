#include "experiment/config_path.hpp"

#include <cstdlib>
#include <filesystem>

#include "core/text.hpp"
#include "experiment/config_text.hpp"

namespace espalier {

namespace {

std::string variable(const ConfigNode& node, const std::string& path, const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value != nullptr && *value != '\0') return value;
  const char* const meaning =
      name == "ESPALIER_DATA" ? " (it names the folder of the real data sets)" : "";
  refuse_at(node, path,
            text::cat("expected the environment variable ", name, " to be set", meaning,
                      ", found it ", value == nullptr ? "unset" : "empty"));
}

bool is_variable_name(std::string_view name) {
  static constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string expand(const ConfigNode& node, const std::string& path) {
  const std::string_view text = node.scalar;
  std::string out;
  std::size_t i = 0;
  while (i < text.size()) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("$${")) {
      out += "${";
      i += 3;
    } else if (rest.starts_with("${")) {
      const std::size_t end = rest.find('}');
      const std::string name(end == std::string_view::npos ? "" : rest.substr(2, end - 2));
      if (!is_variable_name(name)) {
        refuse_at(node, path, "expected '${NAME}' in a path, found " + text::quoted(rest));
      }
      out += variable(node, path, name);
      i += end + 1;
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace

Path read_path(const ConfigNode& node, const std::string& path) {
  if (node.kind != ConfigNode::Kind::scalar || node.scalar.empty()) {
    refuse_at(node, path, "expected a path, found " + describe_found(node));
  }
  const std::string expanded = expand(node, path);
  if (!find_text_fault(expanded).message.empty() ||
      expanded.find_first_of("\t\r\n") != std::string::npos) {
    refuse_at(node, path,
              "expected a path of printable UTF-8 text, found " + text::quoted(expanded));
  }
  const bool in_variable = node.scalar.starts_with("${");
  const std::filesystem::path folder = node.origin && !in_variable ? node.origin->folder : "";
  const auto absolute = std::filesystem::absolute(folder / expanded).lexically_normal();
  return {absolute.string(), place_of(node, path)};
}

ConfigNode write_path(const Path& path) {
  if (path.file.empty()) return {};
  std::string escaped;
  for (std::size_t i = 0; i < path.file.size(); ++i) {
    if (path.file.compare(i, 2, "${") == 0) escaped += '$';
    escaped += path.file[i];
  }
  return ConfigNode::make_text(escaped);
}

}  // namespace espalier
