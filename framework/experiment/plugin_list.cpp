#include "experiment/plugin_list.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/spec_read.hpp"
#include "experiment/yaml_parse.hpp"
#include "plugin/registry.hpp"
#include "plugin/search.hpp"

namespace espalier {

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

}  // namespace

std::vector<PluginRecord> list_plugins(const PluginSearch& search) {
  const std::vector<PluginPlace> places = places_of(search);
  std::vector<PluginRecord> records;
  const Registry registry = registry_of(places);
  for (const PluginListing& found : registry.list()) {
    PluginRecord record{found.name, found.kind, found.summary, found.file, "", found.why_not, {}};
    record.origin = plugin_origin(places, found.file);
    if (found.file.empty()) record.files = registry.files_of(found.name);
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
