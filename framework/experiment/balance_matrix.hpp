#pragma once

#include <string>
#include <vector>

#include "experiment/balance_steps.hpp"
#include "experiment/config_node.hpp"

namespace espalier {

/// What `espalier balance` is asked for, as texts that are read strictly.
struct BalanceRequest {
  std::string method;
  std::string file;                  ///< .npy of (tasks, parameters)
  std::vector<std::string> options;  ///< key=value, of the method and of the conventions
  std::string losses;                ///< "1.2,0.3"; empty: ones
  std::string steps = "1";
  std::string seed = "1";
  std::vector<std::string> plugin_folders;
};

struct BalanceAnswer {
  std::string method;
  Index tasks = 0;
  Index parameters = 0;
  Index steps = 1;
  BalanceResult result;
  ConfigNode options;  ///< in force, as maps
  ConfigNode conventions;
  std::vector<std::string> notes;  ///< sentences
};

/// A method on a given Jacobian, without a model. Throws BadInput for a request that cannot be
/// carried out: a wrong file, option or number of losses; a method that needs more than that.
ESPALIER_API BalanceAnswer balance_matrix(const BalanceRequest& request);

/// For people: a table of weights, the direction's first numbers and its norm, the notes.
ESPALIER_API std::string balance_table(const BalanceAnswer& answer);

/// {method, weights, direction, options, conventions, notes}; weights null where there are none.
ESPALIER_API std::string balance_json(const BalanceAnswer& answer);

}  // namespace espalier
