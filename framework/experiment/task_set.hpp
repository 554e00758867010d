#pragma once

#include <string>
#include <vector>

#include "experiment/spec.hpp"
#include "plugin/registry.hpp"

namespace espalier {

/// A task of this run, loaded and configured.
struct RunTask {
  std::string name;
  std::string data;    ///< data entry it learns from
  std::string target;  ///< column it learns
  Index limit;         ///< training rows from this one on have no label for it; 0: all have
  TaskHandle handle;
};

using TaskSet = std::vector<RunTask>;

/// Loads the plugins of the tasks to train (`only`, or all) and reads their options. The resolved
/// options are written back into `spec`. Throws PluginError, ConfigError.
TaskSet load_tasks(ExperimentSpec& spec, Registry& registry);

}  // namespace espalier
