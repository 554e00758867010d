#include <algorithm>

#include "study/results/parts.hpp"

namespace espalier::results {

namespace {

// The two tasks of a contender whose `only` names two.
std::vector<std::size_t> pair_of(const StudyOutcome& outcome, const ContenderOutcome& c) {
  std::vector<std::size_t> members;
  for (const auto& [key, value] : c.contender.settings) {
    if (key != "only") continue;
    for (const ConfigNode& item : value.items) {
      const auto found = std::ranges::find(outcome.tasks, item.scalar, &TaskMeasure::name);
      if (found == outcome.tasks.end()) return {};
      members.push_back(static_cast<std::size_t>(found - outcome.tasks.begin()));
    }
  }
  return members.size() == 2 ? members : std::vector<std::size_t>();
}

}  // namespace

ordered_json transfer(const StudyOutcome& outcome) {
  const std::size_t n = outcome.tasks.size();
  ordered_json row = ordered_json::array();
  for (std::size_t i = 0; i < n; ++i) row.push_back(nullptr);
  ordered_json empty = ordered_json::array();
  for (std::size_t i = 0; i < n; ++i) empty.push_back(row);
  ordered_json j = {{"tasks", ordered_json::array()}};
  for (const TaskMeasure& task : outcome.tasks) j["tasks"].push_back(task.name);
  for (const char* key : {"change", "low", "high"}) j[key] = empty;
  bool any = false;
  for (const ContenderOutcome& c : outcome.contenders) {
    const std::vector<std::size_t> pair = pair_of(outcome, c);
    for (std::size_t k = 0; k < pair.size(); ++k) {
      const std::size_t i = pair[k], with = pair[1 - k];
      if (!j["change"][i][with].is_null()) continue;  // the first of several such contenders
      const std::vector<double> changes = changes_of(outcome, c, i);
      if (changes.empty()) continue;
      const stats::Estimate e = stats::mean_estimate(changes, outcome.study->level);
      j["change"][i][with] = finite(e.mean);
      j["low"][i][with] = finite(e.low);
      j["high"][i][with] = finite(e.high);
      any = true;
    }
  }
  return any ? j : ordered_json(nullptr);
}

}  // namespace espalier::results
