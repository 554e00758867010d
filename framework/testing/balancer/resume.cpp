#include "testing/balancer/checks.hpp"

namespace espalier::testing {

Answer check_resume(const BalancerSubject& subject) {
  const std::size_t tasks = subject.setting.tasks;
  const MethodSteps steps = draw_steps(tasks, 11, Presence::some);
  const MethodSteps before(steps.begin(), steps.begin() + 6), after(steps.begin() + 6, steps.end());
  MethodBench first(subject.make(), tasks), resumed(subject.make(), tasks);
  course_of(first, before);
  resumed.resume_from(first);
  const std::string difference =
      first_difference(course_of(first, after), course_of(resumed, after));
  if (difference.empty()) return passed();
  return failed(
      "expected an object that is given the state (state, restore, blocks) to go on as the one "
      "that it is of, found that ",
      difference, " behind it");
}

}  // namespace espalier::testing
