#include "plugin/search.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "core/program.hpp"
#include "core/shell.hpp"

namespace espalier {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "espalier_";
constexpr std::string_view kSuffix = ".so";

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string user_folder() {
  const std::string_view data = variable("XDG_DATA_HOME");
  if (data.starts_with('/')) return std::string(data) + "/espalier/plugins";
  const std::string_view home = variable("HOME");
  return home.empty() ? "" : std::string(home) + "/.local/share/espalier/plugins";
}

}  // namespace

std::vector<PluginPlace> plugin_places(const std::vector<std::string>& in_experiment,
                                       const std::vector<std::string>& given) {
  std::vector<PluginPlace> places;
  const auto add = [&](const std::string& folder, const char* origin, bool must_exist) {
    std::error_code ignored;
    if (folder.empty() || (must_exist && !fs::is_directory(folder, ignored))) return;
    places.push_back({folder, origin});
  };
  for (const std::string& folder : in_experiment) add(folder, "experiment", false);
  for (const std::string& folder : given) add(folder, "--plugin-path", false);
  for (const std::string& folder : path_entries(variable(kPluginPathVariable))) {
    add(folder, kPluginPathVariable, false);
  }
  for (const char* const folder : {"build/plugins", "build/lib/espalier/plugins", "build"}) {
    add(folder, "build", true);
  }
  add(user_folder(), "user", true);
  add(beside_program("lib/espalier/plugins"), "prefix", false);
  return places;
}

std::vector<std::string> plugin_folders(const std::vector<std::string>& in_experiment,
                                        const std::vector<std::string>& given) {
  std::vector<std::string> folders;
  for (const PluginPlace& place : plugin_places(in_experiment, given)) {
    folders.push_back(place.folder);
  }
  return folders;
}

std::string plugin_origin(const std::vector<PluginPlace>& places, const std::string& file) {
  const fs::path folder = fs::path(file).parent_path();
  const auto of = std::ranges::find_if(places, [&](const PluginPlace& place) {
    std::error_code ignored;
    return fs::equivalent(place.folder, folder, ignored);
  });
  return of == places.end() ? "" : of->origin;
}

std::string plugin_name_of_file(const std::string& path) {
  std::string_view file = path;
  file.remove_prefix(file.rfind('/') + 1);
  if (file.size() <= kPrefix.size() + kSuffix.size()) return "";
  if (!file.starts_with(kPrefix) || !file.ends_with(kSuffix)) return "";
  return std::string(file.substr(kPrefix.size(), file.size() - kPrefix.size() - kSuffix.size()));
}

}  // namespace espalier
