#include <algorithm>

#include "study/results/parts.hpp"

namespace espalier::results {

ordered_json sizes(const StudyOutcome& outcome) {
  const auto axis = std::ranges::find_if(outcome.study->vary,
                                         [](const Axis& a) { return a.key.ends_with(".limit"); });
  if (axis == outcome.study->vary.end()) return nullptr;
  const std::string owner = axis->key.substr(0, axis->key.rfind('.'));
  const std::string named = owner.substr(owner.rfind('.') + 1);
  std::size_t task = 0;  // the one named, or the first
  for (std::size_t t = 0; t < outcome.tasks.size(); ++t) {
    if (outcome.tasks[t].name == named) task = t;
  }
  ordered_json j = {{"task", outcome.tasks[task].name}, {"limits", ordered_json::array()}};
  for (const ConfigNode& value : axis->values) j["limits"].push_back(short_text(value));
  for (const ContenderOutcome& c : outcome.contenders) {
    std::vector<Setting> rest;
    std::string limit;
    for (const Setting& s : c.contender.settings) {
      if (s.first == axis->key) {
        limit = short_text(s.second);
      } else {
        rest.push_back(s);
      }
    }
    const std::string label = c.contender.alone ? "each task alone" : label_of(rest);
    ordered_json& line = j["contenders"][label];
    for (const char* key : {"mean", "low", "high"}) {
      if (!line.contains(key)) line[key] = ordered_json::array();
      line[key].get_ref<ordered_json::array_t&>().resize(axis->values.size());
    }
    for (std::size_t i = 0; i < axis->values.size(); ++i) {
      if (short_text(axis->values[i]) != limit || !c.has(task)) continue;
      const stats::Estimate e = stats::mean_estimate(present(c.scores[task]), outcome.study->level);
      line["mean"][i] = finite(e.mean);
      line["low"][i] = finite(e.low);
      line["high"][i] = finite(e.high);
    }
  }
  return j;
}

}  // namespace espalier::results
