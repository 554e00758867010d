#pragma once

#include "study/report/json.hpp"

namespace espalier::report {

struct ContenderName {
  std::string id, label;
  bool baseline = false;
  const Json* json = nullptr;
};

struct TaskName {
  std::string name, measure;
  bool higher_is_better = true, synthetic = false;
};

/// Who is compared, on what; the order gives each its colour, the same in all figures. Points into
/// the document it was read from.
struct Names {
  std::vector<ContenderName> contenders;
  std::vector<TaskName> tasks;

  /// The contender's label; an id nobody has is its own label.
  std::string label(const std::string& id) const;
  /// Index of the contender, of the task; one past the last for an unknown one.
  std::size_t contender(const std::string& id) const;
  std::size_t task(const std::string& name) const;
};

/// Tasks are those listed, then any that only a contender has scores of. ConfigError where
/// `results` is no object.
Names names(const Json& results);

/// "letters (accuracy, higher is better)".
std::string task_title(const TaskName& task);

}  // namespace espalier::report
