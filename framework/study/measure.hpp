#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// What a finished run says of one task, in the measure that is compared.
struct Measure {
  std::string task;
  std::string name;  ///< "accuracy"
  bool higher_is_better = true;
  std::optional<double> validation;  ///< nothing where no rows were split off, or not finite
  std::optional<double> test;
};

/// From summary.json: `metric` of every task, or, where it is empty, the task's first
/// metric (its loss where it has none). Throws ConfigError where a task has no such measure.
ESPALIER_API std::vector<Measure> measures_of(const nlohmann::ordered_json& summary,
                                              const std::string& metric);

}  // namespace espalier
