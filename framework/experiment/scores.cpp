#include "experiment/scores.hpp"

#include <algorithm>
#include <limits>

namespace espalier {

TaskScore::TaskScore(const RunTask& task) : metrics_(task.handle.metrics()) {}

void TaskScore::add(const PlannedModel& model, const TaskVars& vars) {
  const Target target = batch_target(model, vars);
  const double count = labelled(target);
  if (count == 0.0) return;
  loss_sum_ += count * static_cast<double>(model.plan->loss(vars.task));
  count_ += count;
  for (MetricHandle& metric : metrics_) metric.add(model.plan->value(vars.prediction), target);
}

void TaskScore::reset() {
  loss_sum_ = 0.0;
  count_ = 0.0;
  for (MetricHandle& metric : metrics_) metric.reset();
}

std::vector<std::pair<std::string, double>> TaskScore::values() const {
  std::vector<std::pair<std::string, double>> values;
  values.emplace_back("loss",
                      count_ > 0.0 ? loss_sum_ / count_ : std::numeric_limits<double>::quiet_NaN());
  for (const MetricHandle& metric : metrics_) values.emplace_back(metric.name(), metric.value());
  return values;
}

std::vector<double> TaskScore::state() const {
  std::vector<double> state = {loss_sum_, count_};
  for (const MetricHandle& metric : metrics_) {
    const std::span<const double> sums = metric.sums();
    state.insert(state.end(), sums.begin(), sums.end());
  }
  return state;
}

std::size_t TaskScore::restore(std::span<const double> state) {
  loss_sum_ = state[0];
  count_ = state[1];
  std::size_t at = 2;
  for (MetricHandle& metric : metrics_) {
    const std::span<double> sums = metric.sums();
    std::copy_n(state.begin() + static_cast<std::ptrdiff_t>(at), sums.size(), sums.begin());
    at += sums.size();
  }
  return at;
}

std::vector<TaskScore> make_scores(const TaskSet& tasks) {
  std::vector<TaskScore> scores;
  for (const RunTask& task : tasks) scores.emplace_back(task);
  return scores;
}

}  // namespace espalier
