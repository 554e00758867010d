#include "study/report/names.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier::report {

std::size_t Names::contender(const std::string& id) const {
  const auto found = std::ranges::find(contenders, id, &ContenderName::id);
  return static_cast<std::size_t>(found - contenders.begin());
}

std::string Names::label(const std::string& id) const {
  const std::size_t index = contender(id);
  return index < contenders.size() ? contenders[index].label : id;
}

std::size_t Names::task(const std::string& name) const {
  const auto found = std::ranges::find(tasks, name, &TaskName::name);
  return static_cast<std::size_t>(found - tasks.begin());
}

Names names(const Json& results) {
  if (!results.is_object()) {
    throw ConfigError(text::cat("[report] expected the results of a study as an object, found ",
                                results.type_name()));
  }
  Names all;
  for (const Json* task : list(part(results, "tasks"))) {
    const Json& higher = part(*task, "higher_is_better");
    all.tasks.push_back({words(part(*task, "name")), words(part(*task, "measure")),
                         higher.is_null() || yes(higher), yes(part(*task, "synthetic"))});
  }
  for (const Json* one : list(part(results, "contenders"))) {
    ContenderName contender{words(part(*one, "id")), words(part(*one, "label")),
                            yes(part(*one, "baseline")), one};
    if (contender.label.empty()) contender.label = contender.id;
    if (contender.label.empty()) contender.label = text::cat("no. ", all.contenders.size() + 1);
    for (const auto& [task, scores] : entries(part(*one, "tasks"))) {
      if (all.task(task) == all.tasks.size()) all.tasks.push_back({task, "", true, false});
    }
    all.contenders.push_back(std::move(contender));
  }
  return all;
}

std::string task_title(const TaskName& task) {
  const char* const sense = task.higher_is_better ? "higher is better" : "lower is better";
  const std::string measure = task.measure.empty() ? "" : task.measure + ", ";
  return text::cat(task.name, " (", measure, sense, task.synthetic ? ", synthetic data" : "", ")");
}

}  // namespace espalier::report
