#include "experiment/trainer.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

Index longest_stream(const OpenedData& data) {
  Index rows = 0;
  for (const Stream& stream : data) rows = std::max(rows, stream.train.rows);
  return rows;
}

std::vector<StreamRows> rows_of_each(const OpenedData& data, Index rows) {
  std::vector<StreamRows> streams;
  for (std::size_t s = 0; s < data.size(); ++s) streams.push_back({static_cast<int>(s), rows});
  return streams;
}

}  // namespace

Trainer::Trainer(const ExperimentSpec& spec, const TaskSet& tasks, const OpenedData& data,
                 ParameterStore& store, PhaseClock& clock)
    : spec_(spec),
      tasks_(tasks),
      data_(data),
      store_(store),
      clock_(clock),
      needs_(spec.balance.object->needs()),
      random_(static_cast<std::uint64_t>(spec.seed), "balance/" + spec.balance.name),
      scores_(make_scores(tasks)) {
  needs_.gram |= spec.conventions.needs_gram();
  const Index batch = spec.train.batch, longest = longest_stream(data);
  const Index short_rows = spec.train.last_batch == "keep" ? longest % batch : 0;
  if (longest < batch && short_rows == 0) {
    throw ConfigError(text::cat("[train] expected train.batch of at most ", longest,
                                " (the rows of the largest stream), found ", batch,
                                "; or set train.last_batch: keep"));
  }
  steps_per_epoch_ = static_cast<std::uint64_t>(longest / batch + (short_rows > 0 ? 1 : 0));
  for (const Stream& stream : data) {
    orders_.emplace_back(static_cast<std::uint64_t>(spec.seed), stream.name, stream.train.rows,
                         batch);
  }
  full_ = plan_geometry(rows_of_each(data, longest < batch ? short_rows : batch));
  if (short_rows > 0 && longest >= batch) last_ = plan_geometry(rows_of_each(data, short_rows));
  std::vector<OptimizerRule> rules;
  for (const OptimizerGroup& group : spec.optimizers) {
    rules.push_back({group.prefix, group.optimizer.object.get()});
  }
  updater_ = std::make_unique<Updater>(full_.plan->parameters(), rules);
  const std::size_t n = tasks.size();
  losses_.resize(n);
  weights_.resize(n);
  weight_sums_.resize(n);
  ones_.assign(n, 1.0);
  if (needs_.gram) gram_.resize(n * n);
}

PlannedModel Trainer::plan_geometry(const std::vector<StreamRows>& streams) {
  return plan_model(
      spec_, tasks_, data_, store_, streams, /*training=*/true,
      {.lanes = needs_.gram ? LaneMode::per_task : LaneMode::one, .gram = needs_.gram});
}

Index Trainer::examples_per_step() const {
  Index rows = 0;
  for (const StreamRows& stream : full_.streams) rows += stream.rows;
  return rows;
}

PlannedModel& Trainer::model_for_step() {
  const bool short_batch = last_.has_value() && state_.step_in_epoch + 1 == steps_per_epoch_;
  return short_batch ? *last_ : full_;
}

void Trainer::fill(PlannedModel& model) {
  for (const StreamRows& stream : model.streams) {
    BatchOrder& order = orders_[static_cast<std::size_t>(stream.stream)];
    const std::span<const Index> rows =
        order.rows(state_.epoch, state_.step_in_epoch).first(static_cast<std::size_t>(stream.rows));
    fill_stream(model, tasks_, data_, stream.stream,
                data_[static_cast<std::size_t>(stream.stream)].train, rows);
    examples_ += static_cast<std::uint64_t>(stream.rows);
  }
}

void Trainer::check_losses(const PlannedModel& model) {
  for (const TaskVars& vars : model.tasks) {
    const auto t = static_cast<std::size_t>(vars.task);
    losses_[t] = static_cast<double>(model.plan->loss(vars.task));
    if (std::isfinite(losses_[t])) continue;
    throw RunFailure(text::cat("[train] expected a finite loss of task '", tasks_[t].name,
                               "', found ", text::number(losses_[t]), " in step ", state_.step + 1,
                               " (epoch ", state_.epoch + 1, "); try a smaller learning rate"));
  }
}

// With the Gram matrix: one sweep in T lanes, then weigh. Without: the losses alone give the
// weights, which the seeds carry; a head that is to stay plain gets them at its border instead.
void Trainer::backward(Plan& plan) {
  Balancer& balancer = *spec_.balance.object;
  const bool weighted_heads = spec_.conventions.heads == "weighted";
  if (needs_.gram) {
    plan.backward(ones_, ones_);
    plan.gram(gram_);
  }
  balancer.weigh({.losses = losses_, .gram = gram_, .random = &random_}, weights_);
  spec_.conventions.apply(gram_, weights_);
  if (needs_.gram) {
    plan.weigh(weights_, weighted_heads ? weights_ : ones_);
  } else {
    plan.backward(weighted_heads ? weights_ : ones_, weighted_heads ? ones_ : weights_);
    plan.weigh(ones_, ones_);
  }
  for (std::size_t t = 0; t < weights_.size(); ++t) weight_sums_[t] += weights_[t];
}

void Trainer::step() {
  PlannedModel& model = model_for_step();
  Plan& plan = *model.plan;
  clock_.time(PhaseClock::data, [&] { fill(model); });
  clock_.time(PhaseClock::forward, [&] { plan.forward(state_.step); });
  check_losses(model);
  for (const TaskVars& vars : model.tasks) {
    scores_[static_cast<std::size_t>(vars.task)].add(model, vars);
  }
  clock_.time(PhaseClock::backward, [&] { backward(plan); });
  clock_.time(PhaseClock::update, [&] {
    const double factor = spec_.schedule.object->factor(
        {.step = state_.step,
         .steps_per_epoch = steps_per_epoch_,
         .total_steps = steps_per_epoch_ * static_cast<std::uint64_t>(spec_.train.epochs)});
    updater_->step(plan, factor);
  });
  ++state_.step;
  ++state_.step_in_epoch;
}

void Trainer::next_epoch() {
  ++state_.epoch;
  state_.step_in_epoch = 0;
  for (TaskScore& score : scores_) score.reset();
  std::ranges::fill(weight_sums_, 0.0);
}

std::vector<double> Trainer::mean_weights() const {
  std::vector<double> means = weight_sums_;
  for (double& mean : means)
    mean /= static_cast<double>(std::max<std::uint64_t>(1, state_.step_in_epoch));
  return means;
}

RunState Trainer::snapshot() const {
  RunState s = state_;
  s.random_position = random_.position();
  s.balancer = spec_.balance.object->state();
  for (const TaskScore& score : scores_) {
    const std::vector<double> own = score.state();
    s.scores.insert(s.scores.end(), own.begin(), own.end());
  }
  s.weights = weight_sums_;
  s.gram = gram_;
  s.seconds = clock_.state();
  return s;
}

void Trainer::restore(const RunState& state) {
  state_ = state;
  random_.seek(state.random_position);
  spec_.balance.object->restore(state.balancer);
  std::span<const double> left = state.scores;
  for (TaskScore& score : scores_) left = left.subspan(score.restore(left));
  weight_sums_ = state.weights;
  gram_ = state.gram;
  clock_.restore(state.seconds);
  state_.scores.clear();
  examples_ = state.step * static_cast<std::uint64_t>(examples_per_step());
}

}  // namespace espalier
