#include <cmath>

#include "testing/learner.hpp"
#include "testing/task/checks.hpp"

namespace espalier::testing {

namespace {

constexpr Index kRows = 32;

std::vector<double> measured(const TaskHandle& task, const TaskBench& bench,
                             const Targets& targets) {
  std::vector<double> values;
  for (MetricHandle& metric : task.metrics()) {
    metric.add(bench.prediction(), targets.target());
    values.push_back(metric.value());
  }
  return values;
}

// A loss that falls while every measure gets worse has the wrong sign, or they have.
Answer check_measures(const TaskHandle& task, const std::vector<double>& before,
                      const std::vector<double>& after) {
  const std::vector<MetricHandle> metrics = task.metrics();
  for (std::size_t k = 0; k < metrics.size(); ++k) {
    const bool worse = metrics[k].higher_is_better() ? after[k] < before[k] : after[k] > before[k];
    if (!worse) return passed();
  }
  if (metrics.empty()) return passed();
  return failed("expected a measure to get better as the loss of ", kRows,
                " examples falls, found ", metrics[0].name(), " ", before[0], " before and ",
                after[0], " after");
}

}  // namespace

Answer check_overfit(const TaskSubject& subject) {
  const Examples examples = draw_examples(subject, kRows);
  const std::vector<Index> rows = row_range(0, kRows);
  const Targets targets(examples, rows);
  const TaskHandle task = subject.make();
  ParameterStore store(5);
  TaskBench training(task, examples, store, rows, /*training=*/true);
  TaskBench bench(task, examples, store, rows);
  Learner learner(training.plan());
  const double start = bench.loss();
  const std::vector<double> before = measured(task, bench, targets);
  const double wanted = start - (1.0 - subject.setting.overfit_to) * std::abs(start);
  double end = start;
  for (int step = 0; step < subject.setting.overfit_steps && !(end <= wanted); ++step) {
    learner.step();
    end = bench.loss();
  }
  if (end <= wanted) return check_measures(task, before, measured(task, bench, targets));
  return failed("expected the loss of ", kRows, " examples to fall from ", start, " to ", wanted,
                " within ", subject.setting.overfit_steps, " steps, found ", end);
}

}  // namespace espalier::testing
