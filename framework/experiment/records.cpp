#include "experiment/records.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace espalier {

namespace {

using nlohmann::ordered_json;

ordered_json by_task(const Prepared& run, std::span<const double> values) {
  ordered_json j = ordered_json::object();
  for (std::size_t t = 0; t < values.size(); ++t) j[run.tasks[t].name] = finite(values[t]);
  return j;
}

// Means over the epoch's steps in which two tasks had a gradient: `pairs` is how many these were.
ordered_json gradients_of(const Prepared& run, const GradientRecord::Part& part) {
  const std::size_t n = run.tasks.size();
  ordered_json j;
  j["steps"] = part.steps;
  j["conflicting"] = part.steps > 0.0 ? finite(part.conflicting_steps / part.steps) : nullptr;
  j["norm_ratio"] = part.steps > 0.0 ? finite(std::exp(part.log_norm_ratio / part.steps)) : nullptr;
  j["condition"] = part.steps > 0.0 ? finite(std::exp(part.log_condition / part.steps)) : nullptr;
  for (std::size_t s = 0; s < n; ++s) {
    for (std::size_t t = s + 1; t < n; ++t) {
      const std::string pair = run.tasks[s].name + "/" + run.tasks[t].name;
      j["pairs"][pair] = part.pairs[s * n + t];
      j["cosine"][pair] = finite(part.mean_cosine(s, t, n));
      j["conflicts"][pair] = finite(part.conflict_share(s, t, n));
    }
  }
  return j;
}

// Where the trunk's `parameter` layers stand, if that is a few numbers: the path of a toy problem.
void add_trajectory(const Prepared& run, ordered_json& j) {
  constexpr Index kFew = 16;
  for (const Parameter& p : run.store->parameters()) {
    if (!p.name.ends_with("/parameter") || p.value.size() > kFew) continue;
    for (const real x : p.value.span()) {
      j["parameters"][p.name].push_back(finite(static_cast<double>(x)));
    }
  }
}

ordered_json gradients(const Prepared& run) {
  const GradientRecord& record = run.trainer->record();
  const std::vector<std::string> layers = run.trainer->recorded_layers();
  ordered_json j;
  j["trunk"] = gradients_of(run, record.part(0));
  for (std::size_t k = 1; k < record.parts(); ++k) {
    j["layers"][layers[k - 1]] = gradients_of(run, record.part(k));
  }
  return j;
}

}  // namespace

std::string epoch_record(const Prepared& run, const Results& results) {
  const RunState& state = run.trainer->state();
  ordered_json j;
  j["kind"] = "epoch";
  j["epoch"] = state.epoch + 1;
  j["step"] = state.step;
  j["tasks"] = scores_of_tasks(run, results);
  j["weights"] = by_task(run, run.trainer->mean_weights());
  const GradientRecord& record = run.trainer->record();
  if (record.parts() > 0 && record.part(0).steps > 0.0) j["gradients"] = gradients(run);
  j["total_seconds"] = run.clock->seconds(PhaseClock::total);
  j["examples_per_second"] = examples_per_second(run);
  return j.dump();
}

std::string step_record(const Prepared& run) {
  const RunState& state = run.trainer->state();
  ordered_json j;
  j["kind"] = "step";
  j["step"] = state.step;
  for (std::size_t t = 0; t < run.tasks.size(); ++t) {
    j["tasks"][run.tasks[t].name]["train"]["loss"] = finite(run.trainer->losses()[t]);
  }
  j["weights"] = by_task(run, run.trainer->weights());
  add_trajectory(run, j);
  return j.dump();
}

}  // namespace espalier
