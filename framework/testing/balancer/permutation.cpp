#include "testing/balancer/checks.hpp"

namespace espalier::testing {

Answer check_permutation(const BalancerSubject& subject) {
  const std::size_t tasks = subject.setting.tasks;
  // Sums are added in another order, in the numbers of training where gradients are.
  const double tolerance = kDouble ? 1e-6 : 1e-4;
  for (const Presence presence : {Presence::all, Presence::some}) {
    const MethodSteps steps = draw_steps(tasks, 12, presence);
    const MethodCourse wanted = course_of(subject, tasks, steps);
    for (const std::size_t turned : {std::size_t{1}, tasks - 1}) {
      std::vector<std::size_t> places(tasks);
      for (std::size_t t = 0; t < tasks; ++t) places[t] = (t + turned) % tasks;
      std::swap(places[0], places[1]);
      const MethodCourse found = course_of(subject, tasks, renamed(steps, places));
      const std::string difference =
          first_difference(wanted, named_back(found, steps, places), tolerance);
      if (difference.empty()) continue;
      return failed("expected the same weights for tasks in another order",
                    presence == Presence::all ? "" : " of which some are not at hand",
                    ", found that ", difference,
                    presence == Presence::all ? "" : ": see BalanceStep::task");
    }
  }
  return passed();
}

}  // namespace espalier::testing
