#pragma once

#include <cmath>

#include "testing/answer.hpp"
#include "testing/task_bench.hpp"

namespace espalier::testing {

/// Predictions of a new task for examples, and what its metrics say of them.
class Measures {
 public:
  Measures(const TaskSubject& subject, const Examples& examples)
      : examples_(examples),
        task_(subject.make()),
        bench_(task_, examples_, store_, row_range(0, examples.rows)) {
    bench_.loss();
  }

  /// Fresh metrics.
  std::vector<MetricHandle> metrics() const { return task_.metrics(); }
  /// Adds rows [first, first + rows) to a metric.
  void add(MetricHandle& metric, Index first, Index rows) const {
    const Targets targets(examples_, row_range(first, rows));
    metric.add(bench_.prediction().rows(first, rows), targets.target());
  }

 private:
  const Examples& examples_;
  TaskHandle task_;
  ParameterStore store_{5};
  TaskBench bench_;
};

/// Whether two values of a metric say the same; NaN says "no meaning".
inline bool same_measure(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || near(a, b);
}

}  // namespace espalier::testing
