#pragma once

#include <string>
#include <vector>

#include "balance/balancer.hpp"
#include "experiment/opened_data.hpp"
#include "experiment/spec.hpp"
#include "experiment/task_set.hpp"

namespace espalier {

class Tape;

/// What decides which balancers a recorded model can take.
struct ModelFacts {
  std::size_t tasks = 1;
  std::size_t streams = 1;
  bool shared_parameters = false;  ///< some parameter learns from two tasks or more
  bool one_output = false;         ///< all heads read the same value of the trunk
};

ESPALIER_API ModelFacts facts_of(const Tape& tape, std::size_t tasks, std::size_t streams);

/// Why a method cannot serve such a model, with the nearest thing that can; "" where it can.
/// `balance` names it, or is empty.
ESPALIER_API std::string refusal(const ModelFacts& facts, const Needs& needs,
                                 const std::string& sharing, const std::string& balance);

/// Which sharing strategy goes with which balancer on an experiment's tasks, data and trunk.
struct LegalityTable {
  std::vector<std::string> strategies, balancers;
  std::vector<std::vector<std::string>> refusals;  ///< [balancer][strategy]; "": legal
};

/// Records the experiment's model under every strategy. `spec` comes back as it was.
ESPALIER_API LegalityTable legality_table(ExperimentSpec& spec, const TaskSet& tasks,
                                          const OpenedData& data);

/// The table as text: a row for each balancer, reasons as numbered notes below.
ESPALIER_API std::string legality_text(const LegalityTable& table);

}  // namespace espalier
