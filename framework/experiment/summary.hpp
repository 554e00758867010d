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

/// One line of metrics.jsonl for a finished epoch.
std::string epoch_record(const Prepared& run, const Results& results);
/// One line for a step (train.log_every).
std::string step_record(const Prepared& run);

/// The summary as a table for people.
ESPALIER_API std::string summary_table(const nlohmann::ordered_json& summary);

/// NaN and infinity have no JSON form: null.
nlohmann::ordered_json finite(double value);

}  // namespace espalier
