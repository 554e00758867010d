#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "experiment/prepared.hpp"

namespace espalier {

/// Scores of all tasks by split: "train", "validation", "test".
using Results = std::map<std::string, std::vector<std::vector<std::pair<std::string, double>>>>;

/// The values of every task's score.
std::vector<std::vector<std::pair<std::string, double>>> values_of(
    const std::vector<TaskScore>& scores);

/// summary.json, a public interface: see docs/run-folder.md. `status` is done, failed or
/// interrupted.
nlohmann::ordered_json make_summary(const Prepared& run, const Results& results,
                                    const std::string& status);

/// The summary as a table for people.
ESPALIER_API std::string summary_table(const nlohmann::ordered_json& summary);

/// {task: {split: {measure: value}}}
nlohmann::ordered_json scores_of_tasks(const Prepared& run, const Results& results);
double examples_per_second(const Prepared& run);

/// NaN and infinity have no JSON form: null.
nlohmann::ordered_json finite(double value);

}  // namespace espalier
