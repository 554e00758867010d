#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace espalier {

/// A weight for each task of the experiment, w >= 0 with sum 1, kept from step to step and moved a
/// part at a time: the tasks at hand share what they have together.
class SimplexState {
 public:
  void begin(std::size_t tasks) {
    if (weights_.size() != tasks) weights_.assign(tasks, 1.0 / static_cast<double>(tasks));
  }
  /// Writes the weights of the tasks at hand, scaled to sum 1. task(i): position of the i-th.
  template <class Task>
  void take(Task task, std::span<double> weights) {
    held_ = 0.0;
    for (std::size_t i = 0; i < weights.size(); ++i) held_ += weights[i] = weights_[task(i)];
    for (double& weight : weights) {
      weight = held_ > 0.0 ? weight / held_ : 1.0 / static_cast<double>(weights.size());
    }
  }
  /// Puts back what `take` gave, moved.
  template <class Task>
  void put(Task task, std::span<const double> weights) {
    for (std::size_t i = 0; i < weights.size(); ++i) weights_[task(i)] = held_ * weights[i];
  }

  const std::vector<double>& all() const { return weights_; }
  void restore(std::span<const double> all) { weights_.assign(all.begin(), all.end()); }

 private:
  std::vector<double> weights_;
  double held_ = 0.0;
};

}  // namespace espalier
