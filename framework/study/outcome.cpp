#include "study/outcome.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Fills an outcome run by run.
class Reader {
 public:
  Reader(const Study& study, const StudyPlan& plan, const Store& store) : store_(store) {
    all_.study = &study;
    for (const std::string& task : plan.tasks) all_.tasks.push_back({task, "", true, false});
    for (const Contender& contender : plan.contenders) {
      all_.contenders.push_back({contender, {}, {}});
      all_.contenders.back().scores.assign(plan.tasks.size(),
                                           std::vector<double>(study.seeds.size(), kMissing));
    }
  }

  void add(const PlannedRun& planned) {
    StudyRun run{planned.id, planned.seed, planned.task, planned.chosen, store_.state(planned.id),
                 "",         nullptr};
    ContenderOutcome& mine = all_.contenders[planned.contender];
    if (run.state == Store::State::failed) run.error = store_.error(run.id);
    if (run.state == Store::State::done) {
      run.summary = store_.summary(run.id);
      for (const Measure& m : measures_of(run.summary, all_.study->select.metric)) {
        take(m, run, mine);
      }
    }
    mine.runs.push_back(std::move(run));
  }

  StudyOutcome take_all() { return std::move(all_); }

 private:
  void take(const Measure& m, const StudyRun& run, ContenderOutcome& mine) {
    const auto task = std::ranges::find(all_.tasks, m.task, &TaskMeasure::name);
    const auto seed = std::ranges::find(all_.study->seeds, run.seed);
    if (task == all_.tasks.end() || seed == all_.study->seeds.end()) return;
    task->measure = m.name;
    task->higher_is_better = m.higher_is_better;
    const nlohmann::ordered_json& data = run.summary.at("data");
    task->synthetic = std::ranges::any_of(
        data, [](const auto& entry) { return entry.at("test_synthetic") == true; });
    mine.scores[static_cast<std::size_t>(task - all_.tasks.begin())]
               [static_cast<std::size_t>(seed - all_.study->seeds.begin())] =
        m.test.value_or(kMissing);
  }

  const Store& store_;
  StudyOutcome all_;
};

}  // namespace

bool ContenderOutcome::has(std::size_t task) const {
  return std::ranges::any_of(scores[task], [](double x) { return !std::isnan(x); });
}

std::vector<const ContenderOutcome*> StudyOutcome::complete() const {
  std::vector<const ContenderOutcome*> all;
  for (const ContenderOutcome& c : contenders) {
    bool has = true;
    for (std::size_t t = 0; t < tasks.size(); ++t) has = has && c.has(t);
    if (has) all.push_back(&c);
  }
  return all;
}

const ContenderOutcome* StudyOutcome::reference_of(const ContenderOutcome& contender) const {
  const auto found = std::ranges::find_if(contenders, [&](const ContenderOutcome& c) {
    return c.contender.alone && c.contender.label == contender.contender.reference;
  });
  return found == contenders.end() ? nullptr : &*found;
}

StudyOutcome read_outcome(const Study& study, const StudyPlan& plan, const Store& store) {
  Reader reader(study, plan, store);
  for (const PlannedRun& run : plan.runs) {
    if (run.trial.empty()) reader.add(run);
  }
  StudyOutcome all = reader.take_all();
  for (const auto& [contender, why] : plan.given_up) all.contenders[contender].given_up = why;
  return all;
}

Pairs pairs_of(const std::vector<double>& a, const std::vector<double>& b) {
  Pairs pairs;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (std::isnan(a[i]) || std::isnan(b[i])) continue;
    pairs.a.push_back(a[i]);
    pairs.b.push_back(b[i]);
  }
  return pairs;
}

std::vector<double> present(const std::vector<double>& values) {
  std::vector<double> all;
  std::ranges::copy_if(values, std::back_inserter(all), [](double x) { return !std::isnan(x); });
  return all;
}

}  // namespace espalier
