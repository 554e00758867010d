#include "experiment/affinity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/named_failures.hpp"
#include "experiment/spec_parts.hpp"
#include "experiment/task_groups.hpp"
#include "experiment/yaml_emit.hpp"
#include "tensor/matrix.hpp"

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
          run.spec.sharing.name + "'; nearest: sharing: hard" +
          (run.spec.groups.empty() ? "" : " without groups"));
    }
    for (const Parameter* p : shared_) {
      before_.emplace_back(p->value.span().begin(), p->value.span().end());
    }
    for (const auto& penalty : model_.plan->tape().penalties()) add_pull(*penalty);
  }

  /// Adds what this look tells to the sums in `affinity`, and to `counts`.
  void add(AffinityAnswer& answer) {
    save();
    for (std::size_t i = 0; i < tasks_; ++i) {
      const std::vector<double> now = losses();
      const std::vector<char> seen = with_labels();
      if (seen[i] == 0) continue;  // no gradient to go along
      step_along(i);
      const std::vector<double> then = losses();
      for (std::size_t j = 0; j < tasks_; ++j) {
        if (seen[j] == 0 || !(now[j] > 0.0)) continue;
        answer.affinity[i * tasks_ + j] += 1.0 - then[j] / now[j];
        answer.counts[i * tasks_ + j] += 1.0;
      }
      restore();
    }
  }

 private:
  /// A penalty on shared parameters, with memory for its gradients.
  struct Pull {
    const Penalty* penalty;
    std::vector<std::vector<real>> gradients;
    std::vector<real*> places;
  };

  void add_pull(const Penalty& penalty) {
    Pull pull{&penalty, {}, {}};
    for (const Parameter* p : penalty.parameters()) {
      pull.gradients.emplace_back(static_cast<std::size_t>(p->value.size()));
    }
    for (std::vector<real>& gradient : pull.gradients) pull.places.push_back(gradient.data());
    if (std::ranges::any_of(penalty.parameters(), [this](Parameter* p) { return moves(p); })) {
      pulls_.push_back(std::move(pull));
    }
  }

  bool moves(const Parameter* p) const { return std::ranges::find(shared_, p) != shared_.end(); }

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

  // Which tasks have a labelled row in the batch, after `losses`.
  std::vector<char> with_labels() const {
    std::vector<char> seen(tasks_, 0);
    for (const TaskVars& vars : model_.tasks) {
      const bool any = labelled(batch_target(model_, vars)) > 0.0;
      seen[static_cast<std::size_t>(vars.task)] = any ? 1 : 0;
    }
    return seen;
  }

  // theta -= rate g_i, after `losses`. A plan's gradients hold those of the penalties: they are
  // taken at the same place and put back.
  void step_along(std::size_t i) {
    const std::vector<double> ones(tasks_, 1.0);
    std::vector<double> seeds(tasks_, 0.0);
    seeds[i] = 1.0;
    model_.plan->backward(seeds, ones);
    model_.plan->weigh(ones, ones);
    const double rate = run_.trainer->rate();
    for (const Pull& pull : pulls_) pull.penalty->gradient(pull.places);
    for (Parameter* p : shared_) {
      model_.plan->gradient(*p, {.data = p->value.data, .alpha = -rate, .beta = 1.0});
    }
    for (const Pull& pull : pulls_) {
      for (std::size_t k = 0; k < pull.places.size(); ++k) {
        const Parameter* const p = pull.penalty->parameters()[k];
        if (moves(p)) matrix::add_scaled(p->value.size(), rate, pull.places[k], p->value.data);
      }
    }
  }

  Prepared& run_;
  std::size_t tasks_;
  PlannedModel model_;
  std::vector<Parameter*> shared_;
  std::vector<std::vector<real>> before_;
  std::vector<Pull> pulls_;
};

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

// "{ stitch: { per: channel, groups: [[a, b], [c]] } }"
std::string flow_text(const ConfigNode& node) {
  std::vector<std::string> parts;
  for (const ConfigNode::Entry& entry : node.entries) {
    parts.push_back(entry.key + ": " + flow_text(entry.value));
  }
  for (const ConfigNode& item : node.items) parts.push_back(flow_text(item));
  const std::string inside = text::join(parts, ", ");
  if (node.kind == ConfigNode::Kind::map) return "{ " + inside + " }";
  if (node.kind == ConfigNode::Kind::list) return "[" + inside + "]";
  std::string scalar = emit_yaml(node);
  scalar.pop_back();  // the end of the line
  return scalar;
}

std::string sharing_text(ExperimentSpec& spec, const AffinityAnswer& answer) {
  Groups groups;
  for (const auto& group : answer.groups) {
    groups.emplace_back();
    for (const std::size_t t : group) groups.back().push_back(answer.tasks[t]);
  }
  return flow_text(SharingForm(spec.sharing, groups).write());
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
      out += cell(answer.counts[i * n + j] == 0.0 ? "-" : buffer.data());
    }
  }
  double gain = 0.0;
  for (const auto& group : answer.groups) gain += group_gain(answer.affinity, n, group);
  return text::cat(out, "\nsharing: ", answer.sharing, "  # total gain ", text::number(gain), "\n");
}

}  // namespace espalier
