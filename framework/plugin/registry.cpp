#include "plugin/registry.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "core/program.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "plugin/balancer_handle.hpp"
#include "plugin/elf_stamp.hpp"
#include "plugin/handshake.hpp"
#include "plugin/search.hpp"
#include "plugin/sharing_handle.hpp"
#include "plugin/source_handle.hpp"

namespace espalier {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "espalier_";
constexpr std::string_view kSuffix = ".so";

template <class... Parts>
[[noreturn]] void fail(const std::string& name, const Parts&... parts) {
  throw PluginError(text::cat("[plugin ", name, "] ", parts...));
}

// Two names of one file (a link, a folder given twice) are not two plugins.
bool same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return a == b || fs::equivalent(a, b, ignored);
}

void add_once(std::vector<std::string>& paths, const std::string& path) {
  const auto same = [&](const std::string& other) { return same_file(path, other); };
  if (std::none_of(paths.begin(), paths.end(), same)) paths.push_back(path);
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// Names of all plugin files in `folder`; none where it cannot be read.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string name = plugin_name_of_file(entry->path().string());
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

}  // namespace

Registry::Registry(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    std::string path = fs::absolute(folder).lexically_normal().string();
    if (path.size() > 1 && path.back() == '/') path.pop_back();
    add_once(folders_, path);
  }
}

void Registry::add(const PluginInfo& info) {
  const std::string_view name(info.name, sizeof(info.name));
  const std::string where = text::cat(name.substr(0, name.find('\0')), " (linked)");
  const PluginStamp stamp = check_stamp(where, stamp_bytes(info), "");
  if (!linked_.emplace(stamp.name, &info).second) {
    fail(stamp.name, "expected one plugin of this name, found two linked into the program");
  }
}

std::vector<std::string> Registry::files_of(const std::string& name) const {
  std::vector<std::string> files;
  for (const std::string& folder : folders_) {
    const std::string path = text::cat(folder, "/", kPrefix, name, kSuffix);
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(path, ignored))) add_once(files, path);
  }
  return files;
}

// The file of `name`, or "" where it is linked into the program.
std::string Registry::only_place(const std::string& name) const {
  std::vector<std::string> places = files_of(name);
  const bool linked = linked_.count(name) > 0;
  if (places.empty() && !linked) fail_not_found(name);
  std::string file = linked ? "" : places.front();
  if (linked) places.insert(places.begin(), "the program itself (linked)");
  if (places.size() > 1) {
    fail(name, "expected one plugin of this name, found ", places.size(), ": ",
         text::join(places, ", "), "; rename one, or take one folder away");
  }
  return file;
}

void Registry::fail_not_found(const std::string& name) const {
  std::vector<std::string> searched;
  for (const std::string& folder : folders_) {
    searched.push_back(is_folder(folder) ? folder : folder + " (no such folder)");
  }
  std::vector<std::string> usable;
  for (const PluginListing& listing : list()) {
    if (listing.why_not.empty()) usable.push_back(listing.name);
  }
  fail(name, "expected ", kPrefix, name, kSuffix, " in one of ",
       searched.empty() ? "(no folder)" : text::join(searched, ", "), ", found none",
       text::suggestion(name, usable));
}

Registry::Found Registry::find(const std::string& name) {
  check_plugin_name(name, name);
  const auto loaded = libraries_.find(name);
  if (loaded != libraries_.end()) return {loaded->second, &loaded->second->info()};
  const std::string file = only_place(name);
  if (file.empty()) return {nullptr, linked_.at(name)};
  const auto library = std::make_shared<const Library>(file, name);
  libraries_.emplace(name, library);
  return {library, &library->info()};
}

TaskHandle Registry::load(const std::string& name) {
  const Found found = find(name);
  return {found.library, *found.info};
}

std::unique_ptr<StageSharing> Registry::load_sharing(const std::string& name) {
  const Found found = find(name);
  return std::make_unique<SharingHandle>(found.library, *found.info);
}

std::string Registry::file_of(const std::string& name) const {
  check_plugin_name(name, name);
  return only_place(name);
}

std::unique_ptr<Balancer> Registry::load_balancer(const std::string& name) {
  const Found found = find(name);
  return std::make_unique<BalancerHandle>(found.library, *found.info);
}

std::unique_ptr<Source> Registry::load_source(const std::string& name) {
  const Found found = find(name);
  return std::make_unique<SourceHandle>(found.library, *found.info);
}

bool Registry::has(const std::string& name) const {
  return is_plugin_name(name) && (linked_.count(name) > 0 || !files_of(name).empty());
}

std::vector<PluginListing> Registry::list() const {
  std::vector<std::string> names;
  for (const auto& [name, info] : linked_) names.push_back(name);
  for (const std::string& folder : folders_) {
    for (std::string& name : names_in(folder)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());

  std::vector<PluginListing> listings;
  for (const std::string& name : names) {
    PluginListing listing{name, "", "", "", ""};
    try {
      listing.file = only_place(name);
      const PluginStamp stamp = listing.file.empty()
                                    ? check_stamp(name, stamp_bytes(*linked_.at(name)), name)
                                    : check_stamp(listing.file, read_stamp(listing.file), name);
      listing.summary = stamp.summary;
      listing.kind = stamp.kind;
    } catch (const PluginError& e) {
      listing.why_not = e.what();
    }
    listings.push_back(std::move(listing));
  }
  return listings;
}

}  // namespace espalier
