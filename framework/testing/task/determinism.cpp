#include "testing/learner.hpp"
#include "testing/task/checks.hpp"

namespace espalier::testing {

Answer check_task_determinism(const TaskSubject& subject) {
  const TaskHandle task = subject.make();
  const Course first = course_of(subject, task);
  const std::string again = first_difference(first, course_of(subject, task));
  if (!again.empty()) {
    return failed("expected the same bits from the same seed twice, found that ", again);
  }
  const std::string other = first_difference(first, course_of(subject, subject.make()));
  if (other.empty()) return passed();
  return failed("expected the same bits from two tasks made alike, found that ", other);
}

}  // namespace espalier::testing
