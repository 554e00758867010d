#include "testing/balancer/checks.hpp"

namespace espalier::testing {

Answer check_balancer_determinism(const BalancerSubject& subject) {
  const std::size_t tasks = subject.setting.tasks;
  const MethodSteps steps = draw_steps(tasks, 8, Presence::some);
  const MethodCourse first = course_of(subject, tasks, steps);
  const std::string difference = first_difference(first, course_of(subject, tasks, steps));
  if (difference.empty()) return passed();
  return failed("expected the same bits from two objects made alike, found that ", difference);
}

}  // namespace espalier::testing
