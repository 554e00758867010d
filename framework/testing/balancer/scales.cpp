#include "espalier/error.hpp"
#include "testing/balancer/checks.hpp"

namespace espalier::testing {

Answer check_scales(const BalancerSubject& subject) {
  const std::size_t tasks = subject.setting.tasks;
  for (const double scale : {1e-10, 1e-5, 1e5, 1e10}) {
    std::string found;
    try {
      found =
          first_not_finite(course_of(subject, tasks, draw_steps(tasks, 10, Presence::some, scale)));
      if (!found.empty()) found = text::cat("expected a finite direction, found ", found);
    } catch (const Error& error) {
      found = error.what();
    }
    if (found.empty()) continue;
    return failed("with losses and gradients of size ", text::number(scale), ": ", found);
  }
  return passed();
}

}  // namespace espalier::testing
