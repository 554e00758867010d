#include "testing/task/checks.hpp"
#include "testing/task_bench.hpp"

namespace espalier::testing {

Answer check_loss_of_rows(const TaskSubject& subject) {
  constexpr Index kRows = 7;
  const Examples examples = draw_examples(subject, kRows);
  const TaskHandle task = subject.make();
  ParameterStore store(5);
  TaskBench bench(task, examples, store, row_range(0, kRows));
  bench.loss();
  const ConstTensor predictions = bench.prediction();
  const double whole =
      loss_of_predictions(task, store, Targets(examples, row_range(0, kRows)), predictions);
  double mean = 0.0;
  for (Index row = 0; row < kRows; ++row) {
    mean += loss_of_predictions(task, store, Targets(examples, {row}), predictions.rows(row, 1)) /
            static_cast<double>(kRows);
  }
  if (near(mean, whole)) return passed();
  return failed("expected the loss of a batch to be the mean of its rows' losses, ", mean,
                ", found ", whole);
}

}  // namespace espalier::testing
