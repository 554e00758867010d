#include "testing/learner.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace espalier::testing {

Learner::Learner(Plan& plan) : plan_(plan) {
  const std::span<const OptimizerEntry> table = optimizer_table();
  adam_ = std::ranges::find(table, "adam", &OptimizerEntry::name)->make();
  configure(*adam_, {{"learning_rate", 0.05}});
  const OptimizerRule rules[] = {{"", adam_.get()}};
  updater_ = std::make_unique<Updater>(plan.parameters(), rules);
  updater_->prepare(plan);
}

double Learner::step() {
  plan_.forward(updater_->steps());
  double sum = 0.0;
  for (const Tape::Loss& loss : plan_.tape().losses()) {
    sum += static_cast<double>(plan_.loss(loss.task));
  }
  const std::vector<double> ones(static_cast<std::size_t>(plan_.tasks()), 1.0);
  plan_.backward(ones, ones);
  plan_.weigh(ones, ones);
  updater_->step(plan_, 1.0);
  return sum;
}

Course course_of(Plan& plan, ParameterStore& store) {
  Course course;
  Learner learner(plan);
  for (int k = 0; k < 3; ++k) course.losses.push_back(learner.step());
  for (const Parameter& parameter : store.parameters()) {
    const std::span<real> numbers = parameter.value.span();
    course.numbers.insert(course.numbers.end(), numbers.begin(), numbers.end());
  }
  return course;
}

Course course_of(const TaskSubject& subject, const TaskHandle& task) {
  constexpr Index kRows = 12;
  const Examples examples = draw_examples(subject, kRows);
  ParameterStore store(5);
  TaskBench bench(task, examples, store, row_range(0, kRows), /*training=*/true);
  return course_of(bench.plan(), store);
}

std::string first_difference(const Course& a, const Course& b) {
  for (std::size_t k = 0; k < a.losses.size(); ++k) {
    const bool both_nan = std::isnan(a.losses[k]) && std::isnan(b.losses[k]);
    if (a.losses[k] == b.losses[k] || both_nan) continue;
    return text::cat("the loss of step ", k + 1, " is ", text::number(a.losses[k]), " and ",
                     text::number(b.losses[k]));
  }
  if (a.numbers.size() != b.numbers.size()) {
    return text::cat("the parameters are ", a.numbers.size(), " and ", b.numbers.size(),
                     " numbers");
  }
  return a.numbers == b.numbers ? "" : "the losses are equal, the parameters behind them are not";
}

}  // namespace espalier::testing
