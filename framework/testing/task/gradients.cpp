#include "testing/differences.hpp"
#include "testing/task/checks.hpp"
#include "testing/task_bench.hpp"

namespace espalier::testing {

Answer check_task_gradients(const TaskSubject& subject) {
  if (!kDouble) return skipped("differences need the test in double precision");
  const Examples examples = draw_examples(subject, 7);
  const TaskHandle task = subject.make();
  ParameterStore store(5);
  TaskBench bench(task, examples, store, row_range(0, 7), /*training=*/true);
  for (Parameter& parameter : store.parameters()) {
    bench.loss();
    bench.backward();
    const std::vector<real> gradient = bench.gradient(parameter);
    const auto wrong =
        compare_with_differences(parameter.value, gradient, [&] { return bench.loss(); });
    if (!wrong) continue;
    const bool features = &parameter == &table_of(store);
    return failed("expected ", wrong->difference, " as the derivative of the loss in number ",
                  wrong->at, " of ", features ? "the features" : parameter.name, ", found ",
                  wrong->gradient);
  }
  return passed();
}

}  // namespace espalier::testing
