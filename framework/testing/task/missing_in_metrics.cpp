#include "testing/task/checks.hpp"
#include "testing/task/measures.hpp"

namespace espalier::testing {

Answer check_missing_in_metrics(const TaskSubject& subject) {
  constexpr Index kRows = 12, kLabelled = 9;
  Examples examples = draw_examples(subject, kRows);
  for (Index row = kLabelled; row < kRows; ++row) examples.hide(row);
  const Measures measures(subject, examples);
  std::vector<MetricHandle> with = measures.metrics(), without = measures.metrics();
  for (std::size_t k = 0; k < with.size(); ++k) {
    measures.add(with[k], 0, kRows);
    measures.add(without[k], 0, kLabelled);
    if (same_measure(with[k].value(), without[k].value())) continue;
    return failed("expected rows without a label to leave ", with[k].name(), " as it is, ",
                  without[k].value(), ", found ", with[k].value());
  }
  return passed();
}

}  // namespace espalier::testing
