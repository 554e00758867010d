#pragma once

#include "espalier/testing.hpp"
#include "plugin/task_handle.hpp"
#include "testing/given_options.hpp"

namespace espalier::testing {

/// What the checks of tasks are about.
struct TaskSubject {
  const PluginInfo& info;
  const Options& options;
  const TaskSetting& setting;
  TargetColumn column;

  /// A new task with the options set, that accepted the column.
  TaskHandle make() const { return ready(TaskHandle(nullptr, info)); }
  /// The same with a task that was made elsewhere.
  TaskHandle ready(TaskHandle task) const {
    configure(task, options);
    task.accept(column);
    return task;
  }
};

/// The column that `setting` names, or one that the task accepts. Throws what the task throws.
TargetColumn choose_column(const PluginInfo& info, const Options& options,
                           const TaskSetting& setting);

}  // namespace espalier::testing
