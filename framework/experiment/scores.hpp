#pragma once

#include <string>
#include <vector>

#include "experiment/model.hpp"

namespace espalier {

/// Running loss and metrics of one task over many batches. Its state is a list of doubles, so that
/// a run stopped in the middle of an epoch resumes to the same bits.
class ESPALIER_API TaskScore {
 public:
  explicit TaskScore(const RunTask& task);

  /// Adds a batch whose forward pass was done. The loss is a mean over labelled elements and is
  /// weighted by their number.
  void add(const PlannedModel& model, const TaskVars& vars);
  void reset();

  /// "loss" first, then the metrics, in the task's order. NaN where nothing was labelled.
  std::vector<std::pair<std::string, double>> values() const;
  std::vector<double> state() const;
  /// REQUIRES a state of the same task; returns how many numbers it took.
  std::size_t restore(std::span<const double> state);

 private:
  double loss_sum_ = 0.0;
  double count_ = 0.0;
  std::vector<MetricHandle> metrics_;
};

/// One score for each task of the set.
std::vector<TaskScore> make_scores(const TaskSet& tasks);

}  // namespace espalier
