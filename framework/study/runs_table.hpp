#pragma once

#include <string>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

struct RunsRequest {
  std::string store = "runs";
  std::string sort;                ///< column; "-column": largest first
  std::vector<std::string> where;  ///< "column=value", all of them
  bool only_changed = false;       ///< leave out columns in which all runs agree
  std::string format = "text";     ///< text | csv | md | json
};

/// Every run of a store as one row: name, status, the keys of its spec, test scores, cost. Text
/// shows the columns that differ and the scores. Throws ConfigError for columns that do not exist.
ESPALIER_API std::string runs_table(const RunsRequest& request);

}  // namespace espalier
