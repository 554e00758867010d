#pragma once

#include <memory>
#include <string>

#include "experiment/trainer.hpp"

namespace espalier {

/// What the command line says beside the YAML file.
struct RunRequest {
  std::string file;
  std::vector<std::string> overrides;  ///< "train.epochs=5"
  std::vector<std::string> plugin_folders;
  std::string out;  ///< run folder; empty: runs/<name>-<hash of the resolved spec>
  bool resume = false;
  bool quiet = false;
  bool dry_run = false;
};

/// Everything up to the first step: the straight line from text to a planned model.
///   text -> spec -> tasks -> data -> model
/// Members stand in the order in which they depend on each other.
struct Prepared {
  std::unique_ptr<Registry> registry;
  ExperimentSpec spec;
  TaskSet tasks;
  OpenedData data;
  std::unique_ptr<ParameterStore> store;
  std::unique_ptr<PhaseClock> clock;
  std::unique_ptr<Trainer> trainer;
  std::unique_ptr<Evaluator> evaluator;
  std::string resolved;  ///< the resolved spec as YAML text
};

/// Reads, loads, opens and plans; writes nothing. Throws BadInput.
ESPALIER_API std::unique_ptr<Prepared> prepare(const RunRequest& request);

/// The same without model, trainer and evaluator.
ESPALIER_API std::unique_ptr<Prepared> prepare_data(const RunRequest& request);

/// The resolved experiment alone: no data is opened, no model planned.
ESPALIER_API std::unique_ptr<Prepared> prepare_spec(const RunRequest& request);
/// Of an experiment that was read already.
ESPALIER_API std::unique_ptr<Prepared> prepare_spec(const ConfigNode& root,
                                                    const std::vector<std::string>& plugin_folders);

}  // namespace espalier
