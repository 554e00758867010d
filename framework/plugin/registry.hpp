#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "espalier/plugin.hpp"
#include "plugin/library.hpp"
#include "plugin/task_handle.hpp"

namespace espalier {

/// One plugin that was found, usable or not.
struct PluginListing {
  std::string name;     ///< of the file where the stamp cannot be trusted
  std::string summary;  ///< empty where it cannot be trusted
  std::string kind;     ///< see PluginInfo::kind; empty where it cannot be trusted
  std::string file;     ///< empty: linked into the program
  std::string why_not;  ///< empty: usable
};

/// Finds and loads plugins: `espalier_<name>.so` in one of some folders, or linked into the
/// program. A name that is found twice is an error, so the order of the folders means nothing.
///
/// Libraries stay loaded as long as the registry (and longer, while a handle lives). Ops and
/// exceptions of a plugin have no handle: a registry must outlive every tape and plan recorded with
/// its tasks, and the place where errors are finally shown. Declare it first, in `main`.
class ESPALIER_API Registry {
 public:
  explicit Registry(const std::vector<std::string>& folders);

  /// Adds a plugin that is linked into the program, by the same handshake. Throws PluginError.
  void add(const PluginInfo& info);

  /// A new task of plugin `name`. Throws PluginError: not found (says where it looked), found
  /// twice, refused by the handshake, or the task's constructor threw.
  TaskHandle load(const std::string& name);

  /// A new way to share a stage, of plugin `name`. Throws PluginError likewise.
  std::unique_ptr<StageSharing> load_sharing(const std::string& name);

  /// The file of plugin `name`, which is not looked into; "" where it is linked. Throws
  /// PluginError: not found, or found twice.
  std::string file_of(const std::string& name) const;
  /// A new method that combines the tasks, or a new source of data, of plugin `name`. Throw
  /// PluginError likewise.
  std::unique_ptr<Balancer> load_balancer(const std::string& name);
  std::unique_ptr<Source> load_source(const std::string& name);

  /// All files of plugin `name`, absolute, in the order of the folders.
  std::vector<std::string> files_of(const std::string& name) const;

  /// Whether a plugin of that name is in reach, usable or not.
  bool has(const std::string& name) const;

  /// Every plugin in reach, by its stamp alone: no code of any of them runs. Sorted by name.
  std::vector<PluginListing> list() const;

  const std::vector<std::string>& folders() const { return folders_; }

 private:
  struct Found {
    std::shared_ptr<const Library> library;  ///< null: linked into the program
    const PluginInfo* info;
  };
  Found find(const std::string& name);
  std::string only_place(const std::string& name) const;
  [[noreturn]] void fail_not_found(const std::string& name) const;

  std::vector<std::string> folders_;  // absolute, each once
  std::map<std::string, const PluginInfo*> linked_;
  std::map<std::string, std::shared_ptr<const Library>> libraries_;  // by name
};

}  // namespace espalier
