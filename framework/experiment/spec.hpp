#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "balance/balancer.hpp"
#include "core/watchdog.hpp"
#include "data/source.hpp"
#include "espalier/balance_conventions.hpp"
#include "experiment/config_choice.hpp"
#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"
#include "sharing/strategy.hpp"

namespace espalier {

class Registry;

// Every part lists its keys once, in `fields`: the list reads YAML (spec_read.hpp), writes the
// resolved experiment (spec_write.hpp), and prints the reference (reference.hpp).

/// One entry of `data:`.
struct DataSpec {
  Registry* registry = nullptr;  ///< see ExperimentSpec
  std::string name;
  std::string place;
  Choice<Source> source;
  std::optional<DataPart> train;
  std::optional<DataPart> test;
  Choice<Source> test_source;                 ///< object null: `test` is read by `source`
  std::map<std::string, std::string> select;  ///< column -> ranges ("10-35"), on train and test
  std::map<std::string, std::string> test_select;  ///< where `test` names its own source
  Index limit = 0;                                 ///< first rows of the training data; 0: all
  double validation = 0.0;                         ///< fraction split off the training data

  void fields(ConfigFields& fields);
};

/// One entry of `tasks:`. The options are read into the task once its plugin is loaded.
struct TaskSpec {
  std::string name;
  std::string place;
  std::string plugin;
  std::string data;
  std::string target;  ///< empty: the task's default
  Index limit = 0;     ///< first rows of the training data whose labels the task sees; 0: all
  ConfigNode options;  ///< the entry without the keys above

  void fields(ConfigFields& fields);
};

/// `trunk:`.
struct TrunkSpec {
  std::vector<Index> input;  ///< [channels, height, width], or [features]
  std::string place;
  std::vector<Stage> stages;

  void fields(ConfigFields& fields);
};

/// One group of parameters with its own optimiser: those whose names start with `prefix`.
struct OptimizerGroup {
  std::string prefix;  ///< "" (all), "trunk", "trunk/conv1", "heads", "heads/letters"
  Choice<Optimizer> optimizer;
};

/// `train:`.
struct ESPALIER_API TrainSpec {
  Index epochs = 10;
  Index steps = 0;       ///< the run ends after so many, in whichever epoch; 0: after the epochs
  double seconds = 0.0;  ///< the run ends after training for so long; 0: after the epochs
  Index batch = 64;      ///< rows of a stream in a step, on average over the streams
  std::string sampling = "cycle";   ///< cycle | proportional | temperature: see EpochPlan
  double temperature = 1.0;         ///< of `sampling: temperature`
  std::string last_batch = "drop";  ///< drop | keep: the short batch that ends an epoch
  Index evaluation_batch = 256;
  Index log_every = 0;         ///< steps between records of the training loss; 0: epochs only
  Index checkpoint_every = 1;  ///< epochs between checkpoints; 0: only when interrupted
  /// Most seconds of one call into a plugin or one op; 0: no limit.
  double watchdog = kUsualWatchdog;

  void fields(Fields& fields);
};

/// `diagnostics:`.
struct ESPALIER_API DiagnosticsSpec {
  /// Steps between looks at the tasks' gradients, for methods that form no Gram matrix; 0: none.
  Index every = 0;
  double below = 0.0;  ///< cosine under which two tasks count as in conflict

  void fields(Fields& fields);
};

/// An experiment, fully resolved: plain values and configured objects. YAML ends here.
struct ESPALIER_API ExperimentSpec {
  /// Where balancers and sources that plugins bring are found; null: nowhere. Outlives the spec.
  Registry* registry = nullptr;
  std::string name;
  std::string description;  ///< free text
  Index seed = 1;
  Index threads = 0;  ///< of the run; 0: as many as the machine has
  /// Of the products of linear layers: fp32 | fp32_split | bf16.
  std::string precision = "fp32";
  std::vector<Path> plugins;      ///< folders searched for plugins, before the default ones
  std::vector<std::string> only;  ///< tasks to train; empty: all
  std::vector<DataSpec> data;
  TrunkSpec trunk;
  std::vector<TaskSpec> tasks;
  Choice<SharingStrategy> sharing;
  Groups groups;  ///< of `sharing`: who shares with whom
  Choice<Balancer> balance;
  BalanceConventions conventions;
  DiagnosticsSpec diagnostics;
  std::vector<OptimizerGroup> optimizers;  ///< most specific prefix wins
  Choice<Schedule> schedule;
  TrainSpec train;

  /// With the defaults of sharing, balance and schedule chosen.
  explicit ExperimentSpec(Registry* plugins_in_reach = nullptr);
  void fields(ConfigFields& fields);
};

}  // namespace espalier
