#include "study/stats/ranks.hpp"

#include "study/results/parts.hpp"

namespace espalier::results {

namespace {

constexpr std::size_t kFewestTasks = 5;  // fewer rows and the test says nothing

}  // namespace

// Of the contenders that have every task; a row is a task's mean over seeds.
ordered_json ranks(const StudyOutcome& outcome) {
  const std::vector<const ContenderOutcome*> complete = outcome.complete();
  if (outcome.tasks.size() < kFewestTasks || complete.size() < 2) return nullptr;
  std::vector<std::vector<double>> rows;
  for (std::size_t t = 0; t < outcome.tasks.size(); ++t) {
    std::vector<double>& row = rows.emplace_back();
    for (const ContenderOutcome* const c : complete) {
      const double mean = stats::mean_of(present(c->scores[t]));
      row.push_back(outcome.tasks[t].higher_is_better ? mean : -mean);
    }
  }
  const stats::RankResult r = stats::rank_methods(rows);
  ordered_json j = {{"rows", rows.size()}};
  for (std::size_t m = 0; m < complete.size(); ++m) {
    j["average"][complete[m]->contender.label] = r.average[m];
  }
  j["critical_difference"] = r.critical_difference ? finite(*r.critical_difference) : nullptr;
  j["friedman_p"] = finite(r.friedman_p);
  return j;
}

}  // namespace espalier::results
