#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

#include "experiment/summary.hpp"
#include "study/outcome.hpp"
#include "study/stats/estimate.hpp"

namespace espalier::results {

using nlohmann::ordered_json;

ordered_json numbers(const std::vector<double>& values);
ordered_json estimate(const stats::Estimate& e);

// One file each: a key of results.json, null or empty where the study does not determine it.
ordered_json contenders(const StudyOutcome& outcome);
/// Against each task alone, and of each two contenders with one reference; each its own family for
/// Holm's adjustment.
ordered_json differences(const StudyOutcome& outcome);
ordered_json relative_changes(const StudyOutcome& outcome);
/// Where there are five tasks or more.
ordered_json ranks(const StudyOutcome& outcome);
/// Of a study over `only`: what task i gains from training with task j.
ordered_json transfer(const StudyOutcome& outcome);
ordered_json pareto(const StudyOutcome& outcome);
/// Of a study over one `limit`.
ordered_json sizes(const StudyOutcome& outcome);
/// From the runs' metrics.jsonl: `curves`, `conflict`, `weights`.
void add_courses(const StudyOutcome& outcome, const Store& store, ordered_json& results);
ordered_json alarms(const StudyOutcome& outcome);
/// In plain words.
ordered_json verdict(const StudyOutcome& outcome, const ordered_json& results);
ordered_json provenance(const StudyOutcome& outcome, const Store& store);

/// Relative changes of a task against the contender's reference, seed by seed, without what is
/// missing.
std::vector<double> changes_of(const StudyOutcome& outcome, const ContenderOutcome& contender,
                               std::size_t task);

/// Delta_m of a contender at each seed, over the tasks that both it and its reference have.
std::vector<double> delta_m_of(const StudyOutcome& outcome, const ContenderOutcome& contender);

}  // namespace espalier::results
