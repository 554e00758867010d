#pragma once

#include <string>
#include <vector>

#include "balance/balancer.hpp"
#include "experiment/opened_data.hpp"
#include "experiment/spec.hpp"
#include "experiment/task_set.hpp"

namespace espalier {

class Tape;

/// What decides which balancers a recorded model can take, and what can be offered instead.
struct ModelFacts {
  std::size_t tasks = 1;
  std::size_t streams = 1;
  bool shared_parameters = false;  ///< some parameter learns from two tasks or more
  bool one_output = false;         ///< all heads read the same value of the trunk
  bool trunk_parameters = true;    ///< the trunk has some: hard sharing would share them
  bool groups = false;             ///< the experiment says who shares with whom
  bool own_stages = false;         ///< some stage has a sharing of its own
};

/// `tape` is the model of `spec` under the sharing that it now has, in training.
ESPALIER_API ModelFacts facts_of(const Tape& tape, const ExperimentSpec& spec, std::size_t tasks,
                                 std::size_t streams);

/// Why a method cannot serve such a model, with the nearest choices that can go in its place or
/// beside it ("balance: mgda, or sharing: hard without groups"); "" where it can. `balance` names
/// the method, or is empty.
ESPALIER_API std::string refusal(const ModelFacts& facts, const Needs& needs,
                                 const std::string& sharing, const std::string& balance);

/// Which sharing strategy goes with which balancer on an experiment's tasks, data and trunk. The
/// experiment's own strategy has a column too where no table names it (a plugin's).
struct LegalityTable {
  std::vector<std::string> strategies, balancers;
  std::vector<std::vector<std::string>> refusals;  ///< [balancer][strategy]; "": legal
};

/// Records the experiment's model under every strategy, and reads every balancer as a run with it
/// would: the experiment's own one with its options, others with their defaults. `spec` comes back
/// as it was.
ESPALIER_API LegalityTable legality_table(ExperimentSpec& spec, const TaskSet& tasks,
                                          const OpenedData& data);

/// The table as text: a row for each balancer, reasons as numbered notes below.
ESPALIER_API std::string legality_text(const LegalityTable& table);

}  // namespace espalier
