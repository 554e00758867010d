#include "testing/method_course.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.hpp"

namespace espalier::testing {

namespace {

// Of T tasks, in steps that leave some out: never fewer than two, each task missing sometimes.
bool is_present(std::size_t task, std::size_t tasks, std::size_t step) {
  const std::size_t missing = step % (tasks + 1);  // T: nobody
  return step % 2 == 0 || missing == tasks || task != missing;
}

// Places in the order in which a renamed step lists its tasks.
std::vector<std::size_t> listed(const Signals& step, const std::vector<std::size_t>& places) {
  std::vector<std::size_t> order(step.tasks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return places[step.tasks[i]]; });
  return order;
}

double largest_of(const std::vector<double>& numbers) {
  double largest = 0.0;
  for (const double x : numbers) largest = std::max(largest, std::abs(x));
  return largest;
}

std::string differ(const char* what, const std::vector<double>& a, const std::vector<double>& b,
                   double tolerance) {
  if (a.size() != b.size()) return text::cat(a.size(), " and ", b.size(), " ", what, "s");
  const double allowed = tolerance * std::max(largest_of(a), largest_of(b));
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool both_nan = std::isnan(a[i]) && std::isnan(b[i]);
    if (both_nan || a[i] == b[i] || std::abs(a[i] - b[i]) <= allowed) continue;
    return text::cat(what, " ", i + 1, " of ", a.size(), " is ", text::number(a[i]), " and ",
                     text::number(b[i]));
  }
  return "";
}

}  // namespace

MethodSteps draw_steps(std::size_t tasks, std::size_t count, Presence presence, double scale) {
  RandomStream random(13, "testing/steps");
  MethodSteps steps(count);
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t t = 0; t < tasks; ++t) {
      const double loss = scale * std::exp(random.normal());
      std::vector<double> row(kColumns);
      for (double& number : row) number = scale * random.normal();
      if (presence == Presence::some && !is_present(t, tasks, k)) continue;
      steps[k].losses.push_back(loss);
      steps[k].gradients.push_back(std::move(row));
      steps[k].tasks.push_back(t);
    }
  }
  return steps;
}

MethodSteps renamed(const MethodSteps& steps, const std::vector<std::size_t>& places) {
  MethodSteps all;
  for (const Signals& step : steps) {
    Signals made;
    for (const std::size_t i : listed(step, places)) {
      made.losses.push_back(step.losses[i]);
      made.gradients.push_back(step.gradients[i]);
      made.tasks.push_back(places[step.tasks[i]]);
    }
    all.push_back(std::move(made));
  }
  return all;
}

MethodCourse course_of(MethodBench& bench, const MethodSteps& steps) {
  MethodCourse course;
  for (const Signals& step : steps) course.push_back(bench.step(step));
  return course;
}

MethodCourse course_of(const BalancerSubject& subject, std::size_t tasks,
                       const MethodSteps& steps) {
  MethodBench bench(subject.make(), tasks);
  return course_of(bench, steps);
}

MethodCourse named_back(const MethodCourse& course, const MethodSteps& steps,
                        const std::vector<std::size_t>& places) {
  MethodCourse all = course;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const std::vector<std::size_t> order = listed(steps[k], places);
    for (std::size_t i = 0; i < order.size(); ++i) {
      all[k].weights[order[i]] = course[k].weights[i];
    }
  }
  return all;
}

std::string first_difference(const MethodCourse& a, const MethodCourse& b, double tolerance) {
  for (std::size_t k = 0; k < a.size(); ++k) {
    std::string found = differ("weight", a[k].weights, b[k].weights, tolerance);
    if (found.empty()) {
      found = differ("number of the direction", a[k].direction, b[k].direction, tolerance);
      if (!found.empty()) found.insert(0, "the weights are equal, but ");
    }
    if (!found.empty()) return text::cat(found, " in step ", k + 1);
  }
  return "";
}

std::string first_not_finite(const MethodCourse& course) {
  for (std::size_t k = 0; k < course.size(); ++k) {
    for (const double x : course[k].direction) {
      if (!std::isfinite(x)) return text::cat(text::number(x), " in step ", k + 1);
    }
  }
  return "";
}

}  // namespace espalier::testing
