#include "optim/updater.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

bool covers(const std::string& prefix, const std::string& name) {
  return prefix.empty() || name == prefix ||
         (name.starts_with(prefix) && name[prefix.size()] == '/');
}

const Optimizer& choose(std::span<const OptimizerRule> rules, const std::string& name) {
  const OptimizerRule* best = nullptr;
  for (const OptimizerRule& rule : rules) {
    if (!covers(rule.prefix, name)) continue;
    if (best == nullptr || rule.prefix.size() > best->prefix.size()) best = &rule;
  }
  if (best == nullptr) {
    throw ConfigError(text::cat("[optimizer] expected a group that covers parameter '", name,
                                "', found none; add the group 'all'"));
  }
  return *best->optimizer;
}

}  // namespace

Updater::Updater(std::span<Parameter* const> parameters, std::span<const OptimizerRule> rules) {
  std::size_t scratch = 0;
  for (Parameter* parameter : parameters) {
    Slot slot{parameter, &choose(rules, parameter->name), {}};
    const std::size_t bytes = static_cast<std::size_t>(parameter->value.size()) * sizeof(real);
    for (int k = 0; k < slot.optimizer->state_blocks(); ++k) {
      memory_.emplace_back(Arena::rounded(bytes));
      const Tensor block = {reinterpret_cast<real*>(memory_.back().data()), parameter->value.shape};
      slot.state.push_back(block.data);
      blocks_.push_back({text::cat("state/", parameter->name, "/", k), block});
    }
    if (slot.optimizer->needs_gradient()) scratch = std::max(scratch, Arena::rounded(bytes));
    slots_.push_back(std::move(slot));
  }
  scratch_ = Arena(scratch);
  sinks_.reserve(slots_.size());
}

Update Updater::update_of(Plan& plan, const Slot& slot, double factor) const {
  const bool needs_gradient = slot.optimizer->needs_gradient();
  return {.plan = plan,
          .parameter = *slot.parameter,
          .rate = slot.optimizer->learning_rate() * factor,
          .step = steps_,
          .state = slot.state,
          .gradient = needs_gradient ? reinterpret_cast<real*>(scratch_.data()) : nullptr};
}

void Updater::find_sinks(Plan& plan, double factor) {
  sinks_.clear();
  for (const Slot& slot : slots_) {
    if (!plan.reaches(*slot.parameter)) continue;
    sinks_.push_back({slot.parameter, slot.optimizer->sink(update_of(plan, slot, factor))});
  }
}

void Updater::prepare(Plan& plan) {
  find_sinks(plan, 1.0);
  plan.expect(sinks_);
}

void Updater::step(Plan& plan, double factor) {
  ++steps_;
  find_sinks(plan, factor);
  plan.announce(sinks_);
  for (const Slot& slot : slots_) {
    if (plan.reaches(*slot.parameter)) slot.optimizer->update(update_of(plan, slot, factor));
  }
}

}  // namespace espalier
