#include "testing/balancer/checks.hpp"
#include "testing/open_library.hpp"

namespace espalier::testing {

Answer check_balancer_static_dynamic(const BalancerSubject& subject) {
  const OpenedLibrary library = open_library(subject.info.name, subject.setting.plugin_folders);
  if (!library.why_not.empty()) return skipped(library.why_not);
  const std::size_t tasks = subject.setting.tasks;
  const MethodSteps steps = draw_steps(tasks, 8, Presence::some);
  MethodBench loaded(subject.ready(library.balancer()), tasks);
  const std::string difference =
      first_difference(course_of(subject, tasks, steps), course_of(loaded, steps));
  if (difference.empty()) return passed();
  return failed("expected the same bits from the plugin linked and loaded, found that ",
                difference);
}

}  // namespace espalier::testing
