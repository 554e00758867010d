#pragma once

#include <memory>
#include <string>

#include "espalier/plugin.hpp"

namespace espalier {

/// A loaded plugin library; unloaded when the last owner lets go. Whatever came out of it (tasks,
/// metrics, ops, exceptions) must be gone by then: its code is in the library.
class ESPALIER_API Library {
 public:
  /// Checks the stamp in the file (see `check_stamp`), then loads the library, and compares the
  /// loaded stamp with the file's. Throws PluginError "[plugin PATH] ...". `path` is absolute.
  Library(const std::string& path, const std::string& expected_name);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const std::string& path() const { return path_; }
  const PluginInfo& info() const { return *info_; }

 private:
  struct Loaded;

  std::string path_;
  std::unique_ptr<Loaded> loaded_;
  const PluginInfo* info_ = nullptr;  // lives in the library
};

}  // namespace espalier
