#pragma once

#include <iosfwd>

#include "experiment/prepared.hpp"

namespace espalier {

/// What a finished run makes of some rows.
struct PredictRequest {
  std::string folder;                  ///< of the run
  std::vector<std::string> overrides;  ///< of its spec: `data.letters.test.images=F`
  std::vector<std::string> plugin_folders;
  std::string split = "test";  ///< test | validation
};

/// Writes one line of CSV a row and task: `task,row,target,predicted,outputs`. Labels and predicted
/// classes are numbers from 0; targets that are reals, and the head's outputs (of a classifier its
/// logits), are separated by spaces; `predicted` is empty where the target is no class, `target`
/// where it is missing. Throws BadInput before anything is written.
ESPALIER_API void predict(const PredictRequest& request, std::ostream& out);

}  // namespace espalier
