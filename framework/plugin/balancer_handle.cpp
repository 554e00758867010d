#include "plugin/balancer_handle.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "plugin/guard.hpp"

namespace espalier {

BalancerHandle::BalancerHandle(std::shared_ptr<const Library> library, const PluginInfo& info)
    : plugin_(info.name),
      summary_(info.summary),
      method_(make_object<Balancer>(std::move(library), info)) {
  const BalancerInfo said = guard(plugin_, "info", [&] { return method_->info(); });
  formula_ = said.formula;
  paper_ = said.paper;
}

void BalancerHandle::fields(Fields& fields) {
  guard(plugin_, "fields", [&] { method_->fields(fields); });
}

namespace {

// What is wrong with the flags, or "".
std::string fault_of(const Needs& n) {
  if (n.batches < 1 || n.batches > 3) {
    return text::cat("expected 1 to 3 batches a step, found ", n.batches);
  }
  if ((n.cross_gram || n.cross_product) != (n.batches == 3)) {
    return text::cat(
        "expected 3 batches with cross_gram or cross_product and with nothing else, "
        "found ",
        n.batches);
  }
  const int ways = (n.jacobian ? 1 : 0) + (n.cross_gram ? 1 : 0) + (n.cross_product ? 1 : 0) +
                   (n.validation ? 1 : 0) + (n.gram || n.features ? 1 : 0);
  if (ways > 1) {
    return "expected one of gram or features, jacobian, cross_gram, cross_product and validation, "
           "found several";
  }
  if (n.rotations < 0 || (n.rotations > 0 && (!n.features || n.gram))) {
    return text::cat("expected rotations of at least 0, and with features alone, found ",
                     n.rotations);
  }
  return "";
}

}  // namespace

Needs BalancerHandle::needs() const {
  const Needs needs = guard(plugin_, "needs", [&] { return method_->needs(); });
  const std::string fault = fault_of(needs);
  if (fault.empty()) return needs;
  throw PluginError(text::cat("[plugin ", plugin_, "] needs: ", fault));
}

void BalancerHandle::conventions(BalanceConventions& conventions) const {
  guard(plugin_, "conventions", [&] { method_->conventions(conventions); });
}

bool BalancerHandle::layerwise() const {
  return guard(plugin_, "layerwise", [&] { return method_->layerwise(); });
}

bool BalancerHandle::weighs() const {
  return guard(plugin_, "weighs", [&] { return method_->weighs(); });
}

void BalancerHandle::begin(const BalanceSizes& sizes) {
  guard(plugin_, "begin", [&] { method_->begin(sizes); });
}

void BalancerHandle::check_finite(const char* stage, const BalanceStep& step,
                                  std::span<const double> weights, bool may_be_absent) const {
  const auto finite = [](double weight) { return std::isfinite(weight); };
  const auto wrong = std::ranges::find_if_not(weights, finite);
  if (wrong == weights.end()) return;
  const auto absent = [](double weight) { return std::isnan(weight); };
  if (may_be_absent && std::ranges::all_of(weights, absent)) return;
  throw RunFailure(text::cat("[plugin ", plugin_, "] ", stage, ": expected finite weights, found ",
                             text::number(*wrong), " for task ", wrong - weights.begin() + 1,
                             " of ", weights.size(), " in step ", step.step + 1));
}

void BalancerHandle::weigh(const BalanceStep& step, std::span<double> weights) {
  const std::span<double> given = weights_.open(weights.size());
  guard(plugin_, "weigh", [&] { method_->weigh(step, given); });
  weights_.take(plugin_, "weigh", true, weights);
  check_finite("weigh", step, weights, false);
}

void BalancerHandle::after_update(const BalanceStep& step) {
  guard(plugin_, "after_update", [&] { method_->after_update(step); });
}

void BalancerHandle::combine(const JacobianStep& step, std::span<double> weights,
                             std::span<real> direction) {
  const std::span<double> given = weights_.open(weights.size());
  guard(plugin_, "combine", [&] { method_->combine(step, given, direction); });
  weights_.take(plugin_, "combine", false, weights);
  check_finite("combine", step, weights, true);
  const auto finite = [](real x) { return std::isfinite(x); };
  const auto wrong = std::ranges::find_if_not(direction, finite);
  if (wrong == direction.end()) return;
  throw RunFailure(text::cat("[plugin ", plugin_, "] combine: expected a finite direction, found ",
                             text::number(static_cast<double>(*wrong)), " at number ",
                             wrong - direction.begin() + 1, " of ", direction.size(), " in step ",
                             step.step + 1));
}

void BalancerHandle::combine_features(const FeatureStep& step, std::span<double> weights) {
  const std::span<double> given = weights_.open(weights.size());
  guard(plugin_, "combine_features", [&] { method_->combine_features(step, given); });
  weights_.take(plugin_, "combine_features", false, weights);
  check_finite("combine_features", step, weights, true);
}

void BalancerHandle::solve(BilevelProblem& problem, const BalanceStep& step,
                           std::span<double> weights) {
  const std::span<double> given = weights_.open(weights.size());
  guard(plugin_, "solve", [&] { method_->solve(problem, step, given); });
  weights_.take(plugin_, "solve", true, weights);
  check_finite("solve", step, weights, false);
}

void BalancerHandle::probe(const BalanceStep& step, std::span<double> weights) {
  const std::span<double> given = weights_.open(weights.size());
  guard(plugin_, "probe", [&] { method_->probe(step, given); });
  weights_.take(plugin_, "probe", true, weights);
  check_finite("probe", step, weights, false);
}

std::vector<double> BalancerHandle::state() const {
  return guard(plugin_, "state", [&] { return method_->state(); });
}

void BalancerHandle::restore(std::span<const double> state) {
  guard(plugin_, "restore", [&] { method_->restore(state); });
}

std::vector<Balancer::StateBlock> BalancerHandle::blocks() {
  std::vector<StateBlock> made = guard(plugin_, "blocks", [&] { return method_->blocks(); });
  for (std::size_t i = 0; i < made.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (made[i].name != made[j].name) continue;
      throw PluginError(text::cat("[plugin ", plugin_,
                                  "] blocks: expected different names, found '", made[i].name,
                                  "' twice"));
    }
  }
  return made;
}

}  // namespace espalier
