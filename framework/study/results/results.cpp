#include "study/results/results.hpp"

#include "core/build_id.hpp"
#include "core/text.hpp"
#include "study/results/parts.hpp"

namespace espalier {

namespace {

using nlohmann::ordered_json;

std::string budget_text(const StudyBudget& budget) {
  std::vector<std::string> parts;
  if (budget.epochs > 0) parts.push_back(text::cat(budget.epochs, " epochs"));
  if (budget.steps > 0) parts.push_back(text::cat(budget.steps, " steps"));
  if (budget.seconds > 0) parts.push_back(text::cat(budget.seconds, " s of training"));
  return parts.empty() ? "as the experiment has it" : text::join(parts, ", at most ");
}

ordered_json study_entry(const Study& study) {
  ordered_json j = {{"name", study.name}, {"description", study.description}};
  j["file"] = study.file;
  j["experiment"] = study.extends.file;
  j["seeds"] = study.seeds;
  j["budget"] = budget_text(study.budget);
  j["select"] = study.search.over.empty()
                    ? "nothing: the last epoch's model is tested once"
                    : "options by validation rows; the last epoch's model is tested once";
  j["level"] = study.level;
  return j;
}

ordered_json axes(const Study& study) {
  ordered_json all = ordered_json::array();
  for (const Axis& axis : study.vary) {
    ordered_json values = ordered_json::array();
    for (const ConfigNode& value : axis.values) values.push_back(short_text(value));
    all.push_back({{"key", axis.key}, {"values", values}});
  }
  return all;
}

ordered_json tasks(const StudyOutcome& outcome) {
  ordered_json all = ordered_json::array();
  for (const TaskMeasure& task : outcome.tasks) {
    all.push_back({{"name", task.name},
                   {"measure", task.measure},
                   {"higher_is_better", task.higher_is_better},
                   {"synthetic", task.synthetic}});
  }
  return all;
}

}  // namespace

ordered_json study_results(const StudyOutcome& outcome, const Store& store) {
  ordered_json j;
  j["study"] = study_entry(*outcome.study);
  j["axes"] = axes(*outcome.study);
  j["tasks"] = tasks(outcome);
  j["contenders"] = results::contenders(outcome);
  j["differences"] = results::differences(outcome);
  j["relative"] = results::relative_changes(outcome);
  j["ranks"] = results::ranks(outcome);
  j["transfer"] = results::transfer(outcome);
  j["pareto"] = results::pareto(outcome);
  j["sizes"] = results::sizes(outcome);
  results::add_courses(outcome, store, j);
  j["alarms"] = results::alarms(outcome);
  j["verdict"] = results::verdict(outcome, j);
  j["provenance"] = results::provenance(outcome, store);
  return j;
}

}  // namespace espalier
