#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/config_read.hpp"
#include "experiment/config_write.hpp"
#include "experiment/plugin_sharing.hpp"
#include "experiment/task_set.hpp"

namespace espalier {

namespace {

// Says where in the YAML the plugin was asked for.
TaskHandle load(const TaskSpec& task, Registry& registry) {
  try {
    return registry.load(task.plugin);
  } catch (const PluginError& error) {
    throw PluginError(text::cat(task.place, ": ", error.what()));
  }
}

bool wanted(const ExperimentSpec& spec, const TaskSpec& task) {
  return spec.only.empty() || std::ranges::find(spec.only, task.name) != spec.only.end();
}

}  // namespace

TaskSet load_tasks(ExperimentSpec& spec, Registry& registry) {
  if (auto* const trunk = dynamic_cast<PluginStrategy*>(spec.sharing.object.get())) {
    trunk->plugin().load(registry, spec.sharing.place);
  }
  for (Stage& stage : spec.trunk.stages) {
    auto* const own = dynamic_cast<PluginSharing*>(stage.own_sharing.get());
    if (own != nullptr) own->load(registry, stage.sharing_place);
  }
  TaskSet tasks;
  for (TaskSpec& task : spec.tasks) {
    if (!wanted(spec, task)) continue;
    RunTask run{task.name, task.data, task.target, task.limit, load(task, registry)};
    read_fields(task.options, "tasks." + task.name, run.handle);
    task.options = write_fields(run.handle);
    if (run.target.empty()) run.target = run.handle.default_target();
    task.target = run.target;
    tasks.push_back(std::move(run));
  }
  return tasks;
}

}  // namespace espalier
