#include <numeric>

#include "testing/balancer/checks.hpp"

namespace espalier::testing {

namespace {

// The first step in which the trunk does not go along the only gradient, or "".
std::string first_standstill(const MethodCourse& course, const MethodSteps& steps) {
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const std::vector<double>& row = steps[k].gradients[0];
    const double along =
        std::inner_product(row.begin(), row.end(), course[k].direction.begin(), 0.0);
    if (along > 0.0) continue;
    return text::cat(text::number(along), " in step ", k + 1);
  }
  return "";
}

}  // namespace

Answer check_one_task(const BalancerSubject& subject) {
  for (const std::size_t tasks : {std::size_t{1}, subject.setting.tasks}) {
    MethodSteps steps = draw_steps(1, 4, Presence::all);
    for (std::size_t k = 0; k < steps.size(); ++k) steps[k].tasks = {(k + 1) % tasks};
    const std::string found = first_standstill(course_of(subject, tasks, steps), steps);
    if (found.empty()) continue;
    return failed("expected a direction along which the loss of the only task ",
                  tasks == 1 ? "" : "at hand ",
                  "falls, found one whose product with its gradient is ", found);
  }
  return passed();
}

}  // namespace espalier::testing
