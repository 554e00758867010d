#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// What the command line says beside the study's YAML.
struct CompareRequest {
  std::string file;
  std::string store = "runs";
  std::size_t jobs = 1;
  bool quiet = false;
  std::vector<std::string> plugin_folders;
  std::string command;  ///< that runs one run; empty: this program
};

struct CompareOutcome {
  nlohmann::ordered_json results;
  std::size_t failed = 0;  ///< runs that failed in this call
  bool interrupted = false;
};

/// Runs what is missing of a study, then reads its results. Throws BadInput before anything runs.
ESPALIER_API CompareOutcome compare(const CompareRequest& request);

/// The results as the store has them; trains nothing.
ESPALIER_API nlohmann::ordered_json read_results(const CompareRequest& request);

/// The runs that the study asks for, as a table of text: which are done, which are to be run.
ESPALIER_API std::string plan_text(const CompareRequest& request);

}  // namespace espalier
