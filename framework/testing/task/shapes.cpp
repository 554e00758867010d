#include <algorithm>
#include <cmath>

#include "testing/task/checks.hpp"
#include "testing/task_bench.hpp"

namespace espalier::testing {

Answer check_task_shapes(const TaskSubject& subject) {
  const Examples examples = draw_examples(subject, 7);
  const TaskHandle task = subject.make();
  ParameterStore store(5);
  Shape first;
  for (const Index rows : {7, 2, 1}) {
    for (const bool training : {true, false}) {
      TaskBench bench(task, examples, store, row_range(0, rows), training);
      const double loss = bench.loss();
      const ConstTensor prediction = bench.prediction();
      if (first.rank() == 0) first = prediction.shape.row();
      if (!(prediction.shape.row() == first)) {
        return failed("expected predictions of ", to_string(first), " a row, found ",
                      to_string(prediction.shape.row()), " in a batch of ", rows);
      }
      const bool finite =
          std::ranges::all_of(prediction.span(), [](real x) { return std::isfinite(x); });
      if (!finite)
        return failed("expected finite predictions in a batch of ", rows,
                      ", found NaN or an infinity");
      if (!std::isfinite(loss)) {
        return failed("expected a finite loss in a batch of ", rows, ", found ", loss);
      }
    }
  }
  return passed();
}

}  // namespace espalier::testing
