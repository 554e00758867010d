#include <algorithm>
#include <cmath>

#include "testing/task/checks.hpp"
#include "testing/task/measures.hpp"

namespace espalier::testing {

namespace {

Answer check_no_labels(const TaskSubject& subject) {
  constexpr Index kRows = 3;
  Examples examples = draw_examples(subject, kRows);
  for (Index row = 0; row < kRows; ++row) examples.hide(row);
  const TaskHandle task = subject.make();
  ParameterStore store(5);
  TaskBench bench(task, examples, store, row_range(0, kRows));
  const double loss = bench.loss();
  if (!std::isfinite(loss)) {
    return failed("expected a finite loss of a batch without labels, found ", loss);
  }
  bench.backward();
  for (const Parameter& parameter : store.parameters()) {
    const std::vector<real> gradient = bench.gradient(parameter);
    if (std::ranges::all_of(gradient, [](real g) { return std::isfinite(g); })) continue;
    return failed("expected finite gradients of a batch without labels, found others in ",
                  parameter.name);
  }
  return passed();
}

Answer check_no_rows(const TaskSubject& subject) {
  constexpr Index kRows = 6;
  const Examples examples = draw_examples(subject, kRows);
  const Measures measures(subject, examples);
  std::vector<MetricHandle> plain = measures.metrics(), more = measures.metrics();
  for (std::size_t k = 0; k < plain.size(); ++k) {
    measures.add(plain[k], 0, kRows);
    measures.add(more[k], 0, 0);
    measures.add(more[k], 0, kRows);
    measures.add(more[k], kRows, 0);
    if (same_measure(plain[k].value(), more[k].value())) continue;
    return failed("expected batches without rows to leave ", plain[k].name(), " as it is, ",
                  plain[k].value(), ", found ", more[k].value());
  }
  return passed();
}

}  // namespace

Answer check_empty_batch(const TaskSubject& subject) {
  const Answer labels = check_no_labels(subject);
  return labels.kind == Result::Kind::passed ? check_no_rows(subject) : labels;
}

}  // namespace espalier::testing
