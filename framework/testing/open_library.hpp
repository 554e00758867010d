#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plugin/task_handle.hpp"

namespace espalier::testing {

/// A plugin's built library.
struct OpenedLibrary {
  std::string why_not;             ///< not empty: there is none
  std::shared_ptr<void> registry;  ///< must outlive whatever is recorded with what is made
  std::function<TaskHandle()> task;
  std::function<std::unique_ptr<StageSharing>()> sharing;
  std::function<std::unique_ptr<Balancer>()> balancer;
  std::function<std::unique_ptr<Source>()> source;
};

/// Looks for espalier_<name>.so in `folders` and, where none of them holds it, in those that
/// TaskSetting::plugin_folders says are searched anyway. Throws PluginError where the library is
/// refused. In libespalier_f64, for which no library is built, there is none.
OpenedLibrary open_library(const std::string& name, const std::vector<std::string>& folders);

}  // namespace espalier::testing
