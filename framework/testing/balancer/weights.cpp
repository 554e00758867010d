#include "testing/balancer/checks.hpp"

namespace espalier::testing {

// Too few weights, too many, and such as are not finite are told by the handle of the plugin.
Answer check_weights(const BalancerSubject& subject) {
  const std::size_t tasks = subject.setting.tasks;
  for (const Presence presence : {Presence::all, Presence::some}) {
    const std::string found =
        first_not_finite(course_of(subject, tasks, draw_steps(tasks, 10, presence)));
    if (found.empty()) continue;
    return failed("expected a finite direction for ", tasks, " tasks",
                  presence == Presence::all ? "" : ", of which some are not at hand", ", found ",
                  found);
  }
  return passed();
}

}  // namespace espalier::testing
