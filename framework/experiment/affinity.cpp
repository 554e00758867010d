#include "experiment/affinity.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/affinity_lookahead.hpp"
#include "experiment/affinity_text.hpp"
#include "experiment/named_failures.hpp"
#include "experiment/task_groups.hpp"

namespace espalier {

namespace {

void train(Prepared& run, const std::function<void()>& before_step) {
  const auto epochs = static_cast<std::uint64_t>(run.spec.train.epochs);
  for (std::uint64_t e = 0; e < epochs; ++e) {
    while (!run.trainer->epoch_finished() && !run.trainer->finished()) {
      before_step();
      run.trainer->step();
    }
    if (run.trainer->finished()) return;  // train.steps, train.seconds
    if (e + 1 < epochs) run.trainer->next_epoch();
  }
}

void look_ahead(const AffinityRequest& request, AffinityAnswer& answer) {
  const std::unique_ptr<Prepared> run = prepare(request.experiment);
  const auto every = static_cast<std::uint64_t>(std::max<Index>(1, request.every));
  name_failures([&] {
    Lookahead ahead(*run);
    train(*run, [&] {
      if (run->trainer->state().step % every != 0) return;
      ahead.add(answer);
      answer.looks += 1.0;
    });
  });
  for (std::size_t k = 0; k < answer.affinity.size(); ++k) {
    answer.affinity[k] /= std::max(1.0, answer.counts[k]);
  }
}

/// Validation loss of each of `names` after training them together.
std::vector<double> trained_losses(const AffinityRequest& request,
                                   const std::vector<std::string>& names) {
  RunRequest one = request.experiment;
  one.overrides.push_back("only=[" + text::join(names, ", ") + "]");
  const std::unique_ptr<Prepared> run = prepare(one);
  std::vector<TaskScore> scores;
  name_failures([&] {
    train(*run, [] {});
    scores = run->evaluator->evaluate(Evaluator::Split::validation);
  });
  std::vector<double> losses;
  for (const std::string& name : names) {
    for (std::size_t t = 0; t < run->tasks.size(); ++t) {
      if (run->tasks[t].name == name) losses.push_back(scores[t].values()[0].second);
    }
  }
  if (std::ranges::any_of(losses, [](double loss) { return !std::isfinite(loss); })) {
    throw ConfigError(
        "[affinity] expected a validation part of every data set for --pairs "
        "(validation: 0.1), found none");
  }
  return losses;
}

void train_pairs(const AffinityRequest& request, AffinityAnswer& answer) {
  const std::size_t n = answer.tasks.size();
  std::vector<double> alone;
  for (const std::string& task : answer.tasks) alone.push_back(trained_losses(request, {task})[0]);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const auto both = trained_losses(request, {answer.tasks[i], answer.tasks[j]});
      answer.affinity[j * n + i] = 1.0 - both[0] / alone[i];
      answer.affinity[i * n + j] = 1.0 - both[1] / alone[j];
      answer.counts[j * n + i] = answer.counts[i * n + j] = 1.0;
    }
  }
}

}  // namespace

AffinityAnswer measure_affinity(const AffinityRequest& request) {
  constexpr std::size_t kMostTasks = 12;
  AffinityAnswer answer;
  const std::unique_ptr<Prepared> asked = prepare_spec(request.experiment);
  for (const RunTask& task : asked->tasks) answer.tasks.push_back(task.name);
  if (answer.tasks.size() > kMostTasks) {  // before hours of training
    throw ConfigError(text::cat("[affinity] expected at most ", kMostTasks,
                                " tasks to group, found ", answer.tasks.size()));
  }
  answer.affinity.assign(answer.tasks.size() * answer.tasks.size(), 0.0);
  answer.counts = answer.affinity;
  if (request.pairs) {
    train_pairs(request, answer);
  } else {
    look_ahead(request, answer);
  }
  answer.groups = best_groups(answer.affinity, answer.tasks.size(), request.most);
  answer.sharing = sharing_text(asked->spec, answer);
  return answer;
}

}  // namespace espalier
