#pragma once

#include <memory>
#include <vector>

#include "optim/updater.hpp"
#include "testing/task_bench.hpp"

namespace espalier::testing {

/// Trains what a plan reaches with Adam.
class Learner {
 public:
  explicit Learner(Plan& plan);
  /// One step; returns the sum of the losses before it.
  double step();

 private:
  Plan& plan_;
  std::unique_ptr<Optimizer> adam_;
  std::unique_ptr<Updater> updater_;
};

/// Everything that a few steps make: their losses, and the numbers of all parameters behind them.
struct Course {
  std::vector<double> losses;
  std::vector<real> numbers;

  bool operator==(const Course&) const = default;
};

/// Three steps of a plan over parameters of `store`.
Course course_of(Plan& plan, ParameterStore& store);
/// Three steps of a task on 12 examples, from seed 5.
Course course_of(const TaskSubject& subject, const TaskHandle& task);

/// "" where all is the same, or what differs first.
std::string first_difference(const Course& a, const Course& b);

}  // namespace espalier::testing
