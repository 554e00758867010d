// What a study over task sets, over sizes, and over anything says beyond its differences.
#include <algorithm>

#include "study/results/parts.hpp"
#include "study/stats/delta_m.hpp"
#include "study/stats/pareto.hpp"

namespace espalier::results {

namespace {

std::vector<double> changes_of(const StudyOutcome& outcome, const ContenderOutcome& c,
                               std::size_t task) {
  const ContenderOutcome* const reference = outcome.reference_of(c);
  if (reference == nullptr || !c.has(task) || !reference->has(task)) return {};
  const std::vector<stats::TaskScores> one = {
      {c.scores[task], reference->scores[task], outcome.tasks[task].higher_is_better}};
  return present(stats::delta_m(one));
}

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
      j["change"][i][with] = number(e.mean);
      j["low"][i][with] = number(e.low);
      j["high"][i][with] = number(e.high);
      any = true;
    }
  }
  return any ? j : ordered_json(nullptr);
}

ordered_json pareto(const StudyOutcome& outcome) {
  const std::vector<const ContenderOutcome*> all = outcome.complete();
  if (outcome.tasks.size() < 2 || all.size() < 2) return nullptr;
  stats::Points points;
  for (const ContenderOutcome* const c : all) {
    std::vector<double>& p = points.emplace_back();
    for (std::size_t t = 0; t < outcome.tasks.size(); ++t) {
      const double mean = stats::mean_of(present(c->scores[t]));
      p.push_back(outcome.tasks[t].higher_is_better ? mean : -mean);
    }
  }
  std::vector<double> reference = points[0];  // the worst of each task
  for (const auto& p : points) {
    for (std::size_t t = 0; t < p.size(); ++t) reference[t] = std::min(reference[t], p[t]);
  }
  const std::vector<char> front = stats::pareto_front(points);
  const auto shown = [&](std::vector<double> p) {
    for (std::size_t t = 0; t < p.size(); ++t) {
      if (!outcome.tasks[t].higher_is_better) p[t] = -p[t];
    }
    return numbers(p);
  };
  ordered_json j = {{"tasks", ordered_json::array()}, {"points", ordered_json::array()}};
  for (const TaskMeasure& task : outcome.tasks) j["tasks"].push_back(task.name);
  for (std::size_t i = 0; i < all.size(); ++i) {
    j["points"].push_back(
        {{"id", all[i]->contender.label}, {"values", shown(points[i])}, {"front", front[i] != 0}});
  }
  j["hypervolume"] = {{"reference", shown(reference)},
                      {"value", stats::hypervolume(points, reference)}};
  return j;
}

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
      line["mean"][i] = number(e.mean);
      line["low"][i] = number(e.low);
      line["high"][i] = number(e.high);
    }
  }
  return j;
}

}  // namespace espalier::results
