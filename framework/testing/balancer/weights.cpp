#include <cmath>

#include "testing/balancer/checks.hpp"

namespace espalier::testing {

// Too few weights, too many, and such as are not finite are told by the handle of the plugin.
Answer check_weights(const BalancerSubject& subject) {
  const std::size_t tasks = subject.setting.tasks;
  for (const std::size_t count : {std::size_t{2}, tasks}) {
    const Presence presence = count < 3 ? Presence::all : Presence::some;
    const std::string found =
        first_not_finite(course_of(subject, count, draw_steps(count, 10, presence)));
    if (found.empty()) continue;
    return failed("expected a finite direction for ", count, " tasks, found ", found);
  }
  return passed();
}

}  // namespace espalier::testing
