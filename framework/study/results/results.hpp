#pragma once

#include <nlohmann/json_fwd.hpp>

#include "study/outcome.hpp"

namespace espalier {

/// A study's answer as one document, results.json (docs/studies.md): scores with intervals,
/// differences with tests, analyses, alarms, verdict, provenance. A function of what the store
/// holds: the same runs, the same bytes, but for keys that end in `seconds` or `bytes`.
ESPALIER_API nlohmann::ordered_json study_results(const StudyOutcome& outcome, const Store& store);

}  // namespace espalier
