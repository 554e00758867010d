#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/parameter_store.hpp"
#include "optim/updater.hpp"

namespace espalier {

/// Where a run stands, beside its tensors: everything the next step depends on.
struct RunState {
  std::uint64_t epoch = 0;          ///< epochs finished
  std::uint64_t step_in_epoch = 0;  ///< steps done of the epoch under way
  std::uint64_t step = 0;           ///< steps done in all
  std::vector<double> balancer;     ///< Weigher::state
  std::vector<double> scores;       ///< running scores of the epoch under way
  std::vector<double> weights;      ///< sum of the balancer's weights in that epoch
  std::vector<double> gradients;    ///< GradientRecord::state of that epoch
  std::vector<double> seconds;      ///< spent so far, by phase
  std::uint64_t metrics_bytes = 0;  ///< length of metrics.jsonl
};

/// Parameters, buffers and optimiser state as named tensors.
ESPALIER_API std::vector<struct NamedTensor> model_tensors(ParameterStore& store);

/// Reads what a finished run wrote, model.safetensors. Throws DataError where the file is not
/// whole, RunFailure where it does not fit the model.
ESPALIER_API void load_model(const std::string& file, ParameterStore& store);

/// Tensors beside the model's and the optimiser's: the balancer's own, by name.
using ExtraTensors = std::vector<std::pair<std::string, Tensor>>;

/// Writes `folder`/step-<step>.safetensors atomically and removes all but the newest two.
ESPALIER_API void save_checkpoint(const std::string& folder, const RunState& state,
                                  ParameterStore& store, const Updater& updater,
                                  const ExtraTensors& extra = {});

/// Restores the newest checkpoint that is whole; damaged ones are stepped over, and said so on
/// stderr. Nothing where there is none. Throws RunFailure when a whole one does not fit the model.
ESPALIER_API std::optional<RunState> load_checkpoint(const std::string& folder,
                                                     ParameterStore& store, Updater& updater,
                                                     const ExtraTensors& extra = {});

}  // namespace espalier
