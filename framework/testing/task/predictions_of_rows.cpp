#include "testing/task/checks.hpp"
#include "testing/task_bench.hpp"

namespace espalier::testing {

Answer check_predictions_of_rows(const TaskSubject& subject) {
  const Examples examples = draw_examples(subject, 7);
  const TaskHandle task = subject.make();
  ParameterStore store(5);
  TaskBench whole(task, examples, store, row_range(0, 7));
  whole.loss();
  for (const Index rows : {1, 2}) {
    TaskBench part(task, examples, store, row_range(7 - rows, rows));
    part.loss();
    const ConstTensor alone = part.prediction();
    const ConstTensor beside = whole.prediction().rows(7 - rows, rows);
    for (Index i = 0; i < alone.size(); ++i) {
      const double a = static_cast<double>(alone.data[i]), b = static_cast<double>(beside.data[i]);
      if (near(a, b)) continue;
      return failed("expected the predictions of a row to be the same in batches of ", rows,
                    " and of 7, found ", a, " and ", b);
    }
  }
  return passed();
}

}  // namespace espalier::testing
