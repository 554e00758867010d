#include "study/stats/pareto.hpp"

#include <algorithm>

#include "study/results/parts.hpp"

namespace espalier::results {

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

}  // namespace espalier::results
