#pragma once

#include <nlohmann/json_fwd.hpp>

#include "experiment/prepared.hpp"

namespace espalier {

/// How a run ended.
enum class RunStatus : std::uint8_t { done, interrupted };

struct RunOutcome {
  RunStatus status = RunStatus::done;
  std::string folder;        ///< empty for a dry run
  std::string summary_json;  ///< the text of summary.json
};

/// The whole run: prepare, train, evaluate, write. Throws BadInput before anything was written,
/// RunFailure after (then the folder's summary says `failed`).
ESPALIER_API RunOutcome run_experiment(const RunRequest& request);

}  // namespace espalier
