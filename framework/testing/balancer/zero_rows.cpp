#include "espalier/error.hpp"
#include "testing/balancer/checks.hpp"

namespace espalier::testing {

namespace {

void make_zero(Signals& step, std::size_t i) {
  step.losses[i] = 0.0;
  step.gradients[i].assign(step.gradients[i].size(), 0.0);
}

}  // namespace

Answer check_zero_rows(const BalancerSubject& subject) {
  const std::size_t tasks = subject.setting.tasks;
  for (const std::size_t zeros : {std::size_t{1}, tasks}) {
    MethodSteps steps = draw_steps(tasks, 6, Presence::all);
    for (std::size_t k = 1; k < steps.size(); ++k) {
      for (std::size_t z = 0; z < zeros; ++z) make_zero(steps[k], (k + z) % tasks);
    }
    std::string found;
    try {
      found = first_not_finite(course_of(subject, tasks, steps));
      if (!found.empty()) found = text::cat("expected a finite direction, found ", found);
    } catch (const Error& error) {
      found = error.what();
    }
    if (found.empty()) continue;
    return failed("with ", zeros == 1 ? "a task" : "tasks", " of loss and gradient zero: ", found);
  }
  return passed();
}

}  // namespace espalier::testing
