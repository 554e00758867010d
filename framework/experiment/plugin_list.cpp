#include "experiment/plugin_list.hpp"

#include <algorithm>
#include <filesystem>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/spec_read.hpp"
#include "experiment/yaml_parse.hpp"
#include "plugin/registry.hpp"
#include "plugin/search.hpp"

namespace espalier {

namespace fs = std::filesystem;

namespace {

// That key alone: what else is wrong with the experiment is not asked here.
std::vector<PluginPlace> places_of(const PluginSearch& search) {
  std::vector<std::string> in_experiment;
  if (!search.experiment.empty()) in_experiment = plugin_folders_of(load_yaml(search.experiment));
  return plugin_places(in_experiment, search.folders);
}

Registry registry_of(const std::vector<PluginPlace>& places) {
  std::vector<std::string> folders;
  for (const PluginPlace& place : places) folders.push_back(place.folder);
  return Registry(folders);
}

// The plugin's files in the order of the places; two names of one file are one.
std::vector<std::string> files_named(const std::vector<PluginPlace>& places,
                                     const std::string& name) {
  std::vector<std::string> files;
  for (const PluginPlace& place : places) {
    const fs::path path = fs::absolute(place.folder) / text::cat("espalier_", name, ".so");
    const std::string file = path.lexically_normal().string();
    std::error_code ignored;
    const auto same = [&](const std::string& other) {
      std::error_code failed;
      return file == other || fs::equivalent(file, other, failed);
    };
    if (!fs::exists(fs::symlink_status(file, ignored))) continue;
    if (std::ranges::none_of(files, same)) files.push_back(file);
  }
  return files;
}

}  // namespace

std::vector<PluginRecord> list_plugins(const PluginSearch& search) {
  const std::vector<PluginPlace> places = places_of(search);
  std::vector<PluginRecord> records;
  for (const PluginListing& found : registry_of(places).list()) {
    PluginRecord record{found.name, found.kind, found.summary, found.file, "", found.why_not, {}};
    record.origin = plugin_origin(places, found.file);
    if (found.file.empty()) record.files = files_named(places, found.name);
    records.push_back(std::move(record));
  }
  return records;
}

PluginRecord find_plugin(const PluginSearch& search, const std::string& name) {
  const std::vector<PluginPlace> places = places_of(search);
  const Registry registry = registry_of(places);
  const std::string file = registry.file_of(name);
  const std::vector<PluginListing> all = registry.list();
  const auto found = std::ranges::find(all, name, &PluginListing::name);
  if (found == all.end()) {  // its path can be opened, its folder cannot be listed
    throw PluginError(text::cat("[plugin ", name, "] expected a folder that can be listed, found ",
                                file, " in one that cannot; chmod u+r it"));
  }
  if (!found->why_not.empty()) throw PluginError(found->why_not);
  return {name, found->kind, found->summary, file, plugin_origin(places, file), "", {}};
}

}  // namespace espalier
