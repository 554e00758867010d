#include "experiment/trainer.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/turns.hpp"
#include "core/text.hpp"
#include "core/where.hpp"
#include "espalier/error.hpp"
#include "experiment/legality.hpp"

namespace espalier {

namespace {

std::vector<std::string> names_of_tasks(const TaskSet& tasks) {
  std::vector<std::string> names;
  for (const RunTask& task : tasks) names.push_back(task.name);
  return names;
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
      names_(names_of_tasks(tasks)),
      weigher_(*spec.balance.object, spec.balance.name, spec.conventions, names_,
               static_cast<std::uint64_t>(spec.seed)),
      scores_(make_scores(tasks)),
      record_(tasks.size(), spec.diagnostics.below),
      losses_(tasks.size()),
      ones_(tasks.size(), 1.0),
      weight_sums_(tasks.size()),
      present_(tasks.size()) {
  const EpochPlan epoch = plan_epoch(spec, data);
  steps_per_epoch_ = epoch.steps;
  for (std::size_t s = 0; s < data.size(); ++s) {
    const Stream& stream = data[s];
    const auto seed = static_cast<std::uint64_t>(spec.seed);
    orders_.emplace_back(seed, stream.name, stream.train.rows, epoch.rows[s]);
    if (!needs_.validation) continue;
    validation_orders_.emplace_back(seed, "validation of " + stream.name, stream.validation.rows,
                                    epoch.rows[s]);
  }
  tools_.tasks = tasks.size();
  tools_.fill = [this](PlannedModel& model, BilevelProblem::Batch from) { fill(model, from); };
  tools_.run_up = [this](PlannedModel& model) { run_up(model); };
  pass_ = make_pass(tools_, needs_, spec.conventions);
  const bool skips = spec.conventions.every > 1 && needs_.gram && !needs_.features &&
                     !needs_.cross_gram && !needs_.cross_product &&
                     !spec.conventions.needs_gram() &&
                     spec.conventions.gram != "per_layer";  // one lane has one weight a task
  if (skips) light_pass_ = make_loss_pass(tools_);
  full_ = plan_geometry(epoch.rows);
  if (!epoch.last_rows.empty()) last_ = plan_geometry(epoch.last_rows);
  const ModelFacts facts = facts_of(full_.main.plan->tape(), spec, tasks.size(), data.size());
  const std::string why = refusal(facts, needs_, spec.sharing.name, spec.balance.name);
  if (!why.empty()) throw ConfigError(text::cat(spec.balance.place, ": ", why));
  pass_->begin(*full_.main.plan, weigher_);
  std::vector<OptimizerRule> rules;
  for (const OptimizerGroup& group : spec.optimizers) {
    rules.push_back({group.prefix, group.optimizer.object.get()});
  }
  updater_ = std::make_unique<Updater>(full_.main.plan->parameters(), rules);
  for (Geometry* const g : {&full_, last_ ? &*last_ : nullptr}) {
    if (g == nullptr) continue;
    updater_->prepare(*g->main.plan);
    if (g->light) updater_->prepare(*g->light->plan);
  }
}

PlannedModel Trainer::plan_batches(const std::vector<StreamRows>& streams,
                                   const PlanOptions& options) {
  return plan_model(spec_, tasks_, data_, store_, streams,
                    {.training = true,
                     .rotations = needs_.rotations,
                     .plan = options,
                     .trunk = {steps_per_epoch_, total_steps()}});
}

Trainer::Geometry Trainer::plan_geometry(const std::vector<Index>& rows) {
  std::vector<StreamRows> once, further;
  for (std::size_t s = 0; s < data_.size() * static_cast<std::size_t>(needs_.batches); ++s) {
    (s < data_.size() ? once : further).push_back({static_cast<int>(s), rows[s % data_.size()]});
  }
  Geometry g;
  const auto turns = further.empty() ? nullptr : std::make_shared<Turns>();
  PlanOptions own = pass_->plan_options();
  if (pass_->looks_ahead()) own.turns = turns;
  g.main = plan_batches(once, own);
  std::vector<PlanOptions> options = pass_->further_options(*g.main.plan);
  for (std::size_t k = 0; k < options.size(); ++k) {
    options[k].turns = turns;
    const auto streams = static_cast<std::ptrdiff_t>(further.size() / options.size());
    const auto first = further.begin() + static_cast<std::ptrdiff_t>(k) * streams;
    g.further.push_back(plan_batches({first, first + streams}, options[k]));
  }
  if (turns != nullptr) turns->settle();
  pass_->pair(g.further);
  if (light_pass_ != nullptr) g.light = plan_batches(once, light_pass_->plan_options());
  if (spec_.diagnostics.every > 0 && !pass_->plan_options().gram) {
    g.watched = plan_batches(once, {.lanes = LaneMode::per_task, .gram = true});
    watched_gram_.resize(tasks_.size() * tasks_.size());
  }
  return g;
}

Index Trainer::examples_per_step() const {
  Index rows = 0;
  for (const StreamRows& stream : full_.main.streams) rows += stream.rows;
  return rows * needs_.batches;
}

std::size_t Trainer::planned_bytes() const {
  std::size_t bytes = full_.main.plan->arena_bytes();
  for (const PlannedModel& model : full_.further) bytes += model.plan->arena_bytes();
  return bytes;
}

Trainer::Geometry& Trainer::geometry_of_step() {
  const bool short_batch = last_.has_value() && state_.step_in_epoch + 1 == steps_per_epoch_;
  return short_batch ? *last_ : full_;
}

void Trainer::fill(PlannedModel& model, BilevelProblem::Batch from) {
  const bool training = from == BilevelProblem::Batch::training;
  const auto batches = static_cast<std::uint64_t>(needs_.batches);
  for (const StreamRows& stream : model.streams) {
    const std::size_t s = static_cast<std::size_t>(stream.stream) % data_.size();
    const std::uint64_t batch = static_cast<std::uint64_t>(stream.stream) / data_.size();
    BatchOrder& order = training ? orders_[s] : validation_orders_[s];
    const std::span<const Index> rows =
        order.rows(state_.epoch, state_.step_in_epoch * batches + batch)
            .first(static_cast<std::size_t>(stream.rows));
    fill_stream(model, tasks_, data_, stream.stream,
                training ? data_[s].train : data_[s].validation, rows);
  }
}

// Which tasks the step's first batch has labels of.
void Trainer::read_present(const PlannedModel& model) {
  for (const TaskVars& vars : model.tasks) {
    present_[static_cast<std::size_t>(vars.task)] =
        labelled(batch_target(model, vars)) > 0.0 ? 1 : 0;
  }
}

// Losses of the step's first batch; every batch must have finite ones.
void Trainer::read_losses(PlannedModel& model) {
  for (const TaskVars& vars : model.tasks) {
    const std::size_t t = static_cast<std::size_t>(vars.task) % tasks_.size();
    const auto loss = static_cast<double>(model.plan->loss(vars.task));
    if (!std::isfinite(loss)) {
      throw RunFailure(text::cat("[train] expected a finite loss of task '", names_[t],
                                 "' (plugin ", tasks_[t].handle.plugin(), "), found ",
                                 text::number(loss), " in step ", state_.step + 1, " (epoch ",
                                 state_.epoch + 1, "); try a smaller learning rate"));
    }
    if (static_cast<std::size_t>(vars.task) < tasks_.size()) losses_[t] = loss;
  }
}

// A batch, or two, that only the weights depend on: running statistics are of the step's own.
void Trainer::run_up(PlannedModel& model) {
  clock_.time(PhaseClock::data, [&] { fill(model, BilevelProblem::Batch::training); });
  clock_.time(PhaseClock::forward, [&] { model.plan->forward(state_.step, /*replay=*/true); });
  read_losses(model);
  take_scores(model);
}

void Trainer::take_scores(PlannedModel& model) {
  for (const StreamRows& stream : model.streams) {
    examples_ += static_cast<std::uint64_t>(stream.rows);
  }
  for (const TaskVars& vars : model.tasks) {
    scores_[static_cast<std::size_t>(vars.task) % tasks_.size()].add(model, vars);
  }
}

TaskStep Trainer::task_step() const {
  return {.losses = losses_,
          .present = present_,
          .gram = {},
          .step = state_.step,
          .epoch = state_.epoch,
          .steps_per_epoch = steps_per_epoch_};
}

double Trainer::schedule_factor() const {
  return spec_.schedule.object->factor(
      {.step = state_.step, .steps_per_epoch = steps_per_epoch_, .total_steps = total_steps()});
}

std::uint64_t Trainer::total_steps() const {
  const std::uint64_t all = steps_per_epoch_ * static_cast<std::uint64_t>(spec_.train.epochs);
  const auto most = static_cast<std::uint64_t>(spec_.train.steps);
  return most > 0 ? std::min(all, most) : all;
}

bool Trainer::finished() const {
  const double most = spec_.train.seconds;
  return state_.step >= total_steps() || (most > 0.0 && clock_.training_seconds() >= most);
}

void Trainer::record(const Plan& plan, std::span<const double> gram) {
  const auto lanes = static_cast<std::size_t>(plan.tasks());
  record_.add(0, gram, lanes);
  for (std::size_t k = 0; !plan.gram_block(k).empty(); ++k) {
    record_.add(k + 1, plan.gram_block(k), lanes);
  }
}

// The step's batch once more in lanes, only to look: nothing of it enters the step.
void Trainer::watch(PlannedModel& model) {
  fill(model, BilevelProblem::Batch::training);
  model.plan->forward(state_.step, /*replay=*/true);
  model.plan->backward(ones_, ones_);
  model.plan->gram(watched_gram_);
  record(*model.plan, watched_gram_);
}

void Trainer::step() {
  where::record().step = state_.step + 1;
  Geometry& geometry = geometry_of_step();
  const bool light = geometry.light.has_value() && !weigher_.due(state_.step);
  PlannedModel& model = light ? *geometry.light : geometry.main;
  BackwardPass& pass = light ? *light_pass_ : *pass_;
  Plan& plan = *model.plan;
  clock_.time(PhaseClock::data, [&] { fill(model, BilevelProblem::Batch::training); });
  const auto every = static_cast<std::uint64_t>(spec_.diagnostics.every);
  if (geometry.watched && state_.step % every == 0) {
    clock_.time(PhaseClock::backward, [&] { watch(*geometry.watched); });
  }
  read_present(model);
  const double factor = schedule_factor();
  tools_.rate = spec_.optimizers[0].optimizer.object->learning_rate() * factor;
  tools_.further = weigher_.due(state_.step) ? geometry.further : std::span<PlannedModel>();
  clock_.time(PhaseClock::backward, [&] { pass.look_ahead(task_step(), weigher_); });
  clock_.time(PhaseClock::forward, [&] { plan.forward(state_.step); });
  read_losses(model);
  take_scores(model);
  clock_.time(PhaseClock::backward, [&] { pass.run(model, task_step(), weigher_); });
  if (!pass.gram().empty()) {
    clock_.time(PhaseClock::backward, [&] { record(plan, pass.gram()); });
  }
  for (std::size_t t = 0; t < weight_sums_.size(); ++t) weight_sums_[t] += weigher_.weights()[t];
  clock_.time(PhaseClock::update, [&] { updater_->step(plan, factor); });
  if (needs_.losses_after_update) {
    clock_.time(PhaseClock::forward, [&] { plan.forward(state_.step, /*replay=*/true); });
    read_losses(model);
    weigher_.after_update(task_step());
  }
  ++state_.step;
  ++state_.step_in_epoch;
}

PlannedModel Trainer::plan_more(const PlanOptions& options) {
  std::vector<StreamRows> once;
  for (const StreamRows& stream : full_.main.streams) {
    if (static_cast<std::size_t>(stream.stream) < data_.size()) once.push_back(stream);
  }
  return plan_batches(once, options);
}

void Trainer::look(PlannedModel& model) {
  fill(model, BilevelProblem::Batch::training);
  model.plan->forward(state_.step, /*replay=*/true);
}

double Trainer::rate() const {
  return spec_.optimizers[0].optimizer.object->learning_rate() * schedule_factor();
}

void Trainer::next_epoch() {
  ++state_.epoch;
  state_.step_in_epoch = 0;
  for (TaskScore& score : scores_) score.reset();
  std::ranges::fill(weight_sums_, 0.0);
  record_.reset();
}

std::vector<double> Trainer::mean_weights() const {
  std::vector<double> means = weight_sums_;
  for (double& mean : means)
    mean /= static_cast<double>(std::max<std::uint64_t>(1, state_.step_in_epoch));
  return means;
}

std::vector<std::string> Trainer::recorded_layers() const {
  return (full_.watched ? *full_.watched : full_.main).plan->gram_blocks();
}

ExtraTensors Trainer::balancer_tensors() const {
  ExtraTensors all;
  for (const Balancer::StateBlock& block : spec_.balance.object->blocks()) {
    all.emplace_back("balance/" + block.name, block.value);
  }
  return all;
}

RunState Trainer::snapshot() const {
  RunState s = state_;
  s.balancer = weigher_.state();
  for (const TaskScore& score : scores_) {
    const std::vector<double> own = score.state();
    s.scores.insert(s.scores.end(), own.begin(), own.end());
  }
  s.weights = weight_sums_;
  s.gradients = record_.state();
  s.seconds = clock_.state();
  return s;
}

void Trainer::restore(const RunState& state) {
  state_ = state;
  weigher_.restore(state.balancer);
  std::span<const double> left = state.scores;
  for (TaskScore& score : scores_) left = left.subspan(score.restore(left));
  weight_sums_ = state.weights;
  record_.restore(state.gradients);
  clock_.restore(state.seconds);
  state_.scores.clear();
  examples_ = state.step * static_cast<std::uint64_t>(examples_per_step());
}

}  // namespace espalier
