#include "experiment/affinity_lookahead.hpp"

#include <algorithm>

#include "espalier/error.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

Lookahead::Lookahead(Prepared& run)
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

void Lookahead::add(AffinityAnswer& answer) {
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

void Lookahead::add_pull(const Penalty& penalty) {
  Pull pull{&penalty, {}, {}};
  for (const Parameter* p : penalty.parameters()) {
    pull.gradients.emplace_back(static_cast<std::size_t>(p->value.size()));
  }
  for (std::vector<real>& gradient : pull.gradients) pull.places.push_back(gradient.data());
  if (std::ranges::any_of(penalty.parameters(), [this](Parameter* p) { return moves(p); })) {
    pulls_.push_back(std::move(pull));
  }
}

bool Lookahead::moves(const Parameter* p) const {
  return std::ranges::find(shared_, p) != shared_.end();
}

void Lookahead::save() {
  for (std::size_t k = 0; k < shared_.size(); ++k) {
    std::ranges::copy(shared_[k]->value.span(), before_[k].begin());
  }
}

void Lookahead::restore() {
  for (std::size_t k = 0; k < shared_.size(); ++k) {
    std::ranges::copy(before_[k], shared_[k]->value.data);
  }
}

std::vector<double> Lookahead::losses() {
  run_.trainer->look(model_);
  std::vector<double> all;
  for (std::size_t t = 0; t < tasks_; ++t) {
    all.push_back(static_cast<double>(model_.plan->loss(static_cast<int>(t))));
  }
  return all;
}

// Which tasks have a labelled row in the batch, after `losses`.
std::vector<char> Lookahead::with_labels() const {
  std::vector<char> seen(tasks_, 0);
  for (const TaskVars& vars : model_.tasks) {
    const bool any = labelled(batch_target(model_, vars)) > 0.0;
    seen[static_cast<std::size_t>(vars.task)] = any ? 1 : 0;
  }
  return seen;
}

// theta -= rate g_i, after `losses`. A plan's gradients hold those of the penalties: they are
// taken at the same place and put back.
void Lookahead::step_along(std::size_t i) {
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

}  // namespace espalier
