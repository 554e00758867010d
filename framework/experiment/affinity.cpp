#include "experiment/affinity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/task_groups.hpp"

namespace espalier {

namespace {

/// One look ahead for each task, on the batch of the step that comes next.
class Lookahead {
 public:
  explicit Lookahead(Prepared& run)
      : run_(run),
        tasks_(run.tasks.size()),
        model_(run.trainer->plan_more({.lanes = LaneMode::one})) {
    for (Parameter& p : run.store->parameters()) {
      if (p.domain == Domain::shared && model_.plan->reaches(p)) shared_.push_back(&p);
    }
    if (shared_.empty()) {
      throw ConfigError(
          "[affinity] expected parameters that several tasks share, found none under "
          "sharing '" +
          run.spec.sharing.name + "'; nearest: sharing: hard");
    }
    for (const Parameter* p : shared_) {
      before_.emplace_back(p->value.span().begin(), p->value.span().end());
    }
  }

  void add(std::vector<double>& sums) {
    save();
    for (std::size_t i = 0; i < tasks_; ++i) {
      const std::vector<double> now = losses();
      step_along(i);
      const std::vector<double> then = losses();
      for (std::size_t j = 0; j < tasks_; ++j) {
        if (now[j] > 0.0) sums[i * tasks_ + j] += 1.0 - then[j] / now[j];
      }
      restore();
    }
  }

 private:
  void save() {
    for (std::size_t k = 0; k < shared_.size(); ++k) {
      std::ranges::copy(shared_[k]->value.span(), before_[k].begin());
    }
  }
  void restore() {
    for (std::size_t k = 0; k < shared_.size(); ++k) {
      std::ranges::copy(before_[k], shared_[k]->value.data);
    }
  }

  std::vector<double> losses() {
    run_.trainer->look(model_);
    std::vector<double> all;
    for (std::size_t t = 0; t < tasks_; ++t) {
      all.push_back(static_cast<double>(model_.plan->loss(static_cast<int>(t))));
    }
    return all;
  }

  // theta -= rate g_i, after `losses`
  void step_along(std::size_t i) {
    const std::vector<double> ones(tasks_, 1.0);
    std::vector<double> seeds(tasks_, 0.0);
    seeds[i] = 1.0;
    model_.plan->backward(seeds, ones);
    model_.plan->weigh(ones, ones);
    const double rate = run_.trainer->rate();
    for (Parameter* p : shared_) {
      model_.plan->gradient(*p, {.data = p->value.data, .alpha = -rate, .beta = 1.0});
    }
  }

  Prepared& run_;
  std::size_t tasks_;
  PlannedModel model_;
  std::vector<Parameter*> shared_;
  std::vector<std::vector<real>> before_;
};

void train(Prepared& run, const std::function<void()>& before_step) {
  const auto epochs = static_cast<std::uint64_t>(run.spec.train.epochs);
  for (std::uint64_t e = 0; e < epochs; ++e) {
    while (!run.trainer->epoch_finished()) {
      before_step();
      run.trainer->step();
    }
    if (e + 1 < epochs) run.trainer->next_epoch();
  }
}

void look_ahead(const AffinityRequest& request, AffinityAnswer& answer) {
  const std::unique_ptr<Prepared> run = prepare(request.experiment);
  Lookahead ahead(*run);
  const auto every = static_cast<std::uint64_t>(std::max<Index>(1, request.every));
  train(*run, [&] {
    if (run->trainer->state().step % every != 0) return;
    ahead.add(answer.affinity);
    answer.looks += 1.0;
  });
  for (double& z : answer.affinity) z /= std::max(1.0, answer.looks);
}

/// Validation loss of each of `names` after training them together.
std::vector<double> trained_losses(const AffinityRequest& request,
                                   const std::vector<std::string>& names) {
  RunRequest one = request.experiment;
  one.overrides.push_back("only=[" + text::join(names, ", ") + "]");
  const std::unique_ptr<Prepared> run = prepare(one);
  train(*run, [] {});
  std::vector<double> losses;
  const auto scores = run->evaluator->evaluate(Evaluator::Split::validation);
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
    }
  }
}

}  // namespace

AffinityAnswer measure_affinity(const AffinityRequest& request) {
  constexpr std::size_t kMostTasks = 12;
  AffinityAnswer answer;
  const std::unique_ptr<Prepared> asked = prepare_spec(request.experiment);
  answer.strategy = asked->spec.sharing.name;
  for (const RunTask& task : asked->tasks) answer.tasks.push_back(task.name);
  if (answer.tasks.size() > kMostTasks) {  // before hours of training
    throw ConfigError(text::cat("[affinity] expected at most ", kMostTasks,
                                " tasks to group, found ", answer.tasks.size()));
  }
  answer.affinity.assign(answer.tasks.size() * answer.tasks.size(), 0.0);
  if (request.pairs) {
    train_pairs(request, answer);
  } else {
    look_ahead(request, answer);
  }
  answer.groups = best_groups(answer.affinity, answer.tasks.size(), request.most);
  return answer;
}

std::string affinity_text(const AffinityAnswer& answer) {
  const std::size_t n = answer.tasks.size();
  std::string out = "what the task of a row gives to the task of a column:\n";
  const auto cell = [](const std::string& text) {
    return std::string(text.size() < 14 ? 14 - text.size() : 1, ' ') + text;
  };
  out += std::string(14, ' ');
  for (const std::string& task : answer.tasks) out += cell(task);
  for (std::size_t i = 0; i < n; ++i) {
    out += "\n" + answer.tasks[i] +
           std::string(answer.tasks[i].size() < 14 ? 14 - answer.tasks[i].size() : 1, ' ');
    for (std::size_t j = 0; j < n; ++j) {
      std::array<char, 32> buffer{};
      std::snprintf(buffer.data(), buffer.size(), "%+.5f", answer.affinity[i * n + j]);
      out += cell(i == j && answer.looks == 0.0 ? "-" : buffer.data());
    }
  }
  std::vector<std::string> groups;
  double gain = 0.0;
  for (const auto& group : answer.groups) {
    std::vector<std::string> names;
    for (const std::size_t t : group) names.push_back(answer.tasks[t]);
    groups.push_back("[" + text::join(names, ", ") + "]");
    gain += group_gain(answer.affinity, n, group);
  }
  return out + text::cat("\nsharing: { ", answer.strategy, ": { groups: [",
                         text::join(groups, ", "), "] } }  # total gain ", text::number(gain),
                         "\n");
}

}  // namespace espalier
