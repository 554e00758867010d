#include <algorithm>

#include "testing/task/checks.hpp"
#include "testing/task/measures.hpp"

namespace espalier::testing {

namespace {

constexpr Index kRows = 12, kFirst = 7;

Answer check_metric(const Measures& measures, std::size_t k) {
  std::vector<MetricHandle> wholes = measures.metrics(), parts = measures.metrics(),
                            resumed = measures.metrics();
  MetricHandle &whole = wholes[k], &part = parts[k], &other = resumed[k];
  measures.add(whole, 0, kRows);
  measures.add(part, 0, kFirst);
  // A run that stops here goes on with these sums in another object.
  std::ranges::copy(part.sums(), other.sums().begin());
  measures.add(part, kFirst, kRows - kFirst);
  measures.add(other, kFirst, kRows - kFirst);
  if (!same_measure(whole.value(), part.value())) {
    return failed("expected two batches to give the ", whole.name(), " of both as one, ",
                  whole.value(), ", found ", part.value());
  }
  if (!same_measure(part.value(), other.value())) {
    return failed("expected ", whole.name(), " to go on from its sums with ", part.value(),
                  ", found ", other.value(), ": keep its whole state in sums()");
  }
  part.reset();
  measures.add(part, 0, kRows);
  if (same_measure(whole.value(), part.value())) return passed();
  return failed("expected ", whole.name(), " to begin anew behind reset() with ", whole.value(),
                ", found ", part.value(), ": keep its whole state in sums()");
}

}  // namespace

Answer check_metric_merging(const TaskSubject& subject) {
  const Examples examples = draw_examples(subject, kRows);
  const Measures measures(subject, examples);
  for (std::size_t k = 0, count = measures.metrics().size(); k < count; ++k) {
    const Answer answer = check_metric(measures, k);
    if (answer.kind != Result::Kind::passed) return answer;
  }
  return passed();
}

}  // namespace espalier::testing
