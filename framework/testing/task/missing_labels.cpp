#include <algorithm>

#include "testing/task/checks.hpp"
#include "testing/task_bench.hpp"

namespace espalier::testing {

namespace {

constexpr Index kRows = 7, kLabelled = 5;  // the last two have no label

Answer check_gradients(const TaskHandle& task, const Examples& examples, ParameterStore& store) {
  TaskBench bench(task, examples, store, row_range(0, kRows));
  bench.loss();
  bench.backward();
  const std::vector<real> gradient = bench.gradient(table_of(store));
  const Index width = examples.features.size();
  for (Index i = kLabelled * width; i < kRows * width; ++i) {
    const real found = gradient[static_cast<std::size_t>(i)];
    if (found == 0) continue;
    return failed("expected no gradient in the features of a row without a label, found ", found);
  }
  return passed();
}

}  // namespace

Answer check_missing_labels(const TaskSubject& subject) {
  Examples examples = draw_examples(subject, kRows);
  for (Index row = kLabelled; row < kRows; ++row) examples.hide(row);
  const TaskHandle task = subject.make();
  ParameterStore store(5);
  TaskBench bench(task, examples, store, row_range(0, kRows));
  bench.loss();
  const auto loss_of = [&](Index rows) {
    return loss_of_predictions(task, store, Targets(examples, row_range(0, rows)),
                               bench.prediction().rows(0, rows));
  };
  const double without = loss_of(kLabelled), with = loss_of(kRows);
  if (!near(without, with)) {
    return failed("expected rows without a label to leave the loss as it is, ", without, ", found ",
                  with);
  }
  return check_gradients(task, examples, store);
}

}  // namespace espalier::testing
