#include "experiment/summary.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/build_id.hpp"
#include "core/text.hpp"
#include "experiment/composition.hpp"
#include "tensor/blas.hpp"
#include "tensor/precision.hpp"

namespace espalier {

namespace {

using nlohmann::ordered_json;

ordered_json parameter_counts(const Prepared& run) {
  Index trunk = 0, heads = 0, shared = 0;
  for (const Parameter& p : run.store->parameters()) {
    (p.name.starts_with("trunk/") ? trunk : heads) += p.value.size();
    if (p.domain == Domain::shared) shared += p.value.size();
  }
  return {{"trunk", trunk}, {"heads", heads}, {"total", trunk + heads}, {"shared", shared}};
}

ordered_json seconds(const PhaseClock& clock) {
  ordered_json spent;
  for (std::size_t p = 0; p < PhaseClock::kPhases; ++p) {
    spent[std::string(PhaseClock::kNames[p])] = clock.seconds(static_cast<PhaseClock::Phase>(p));
  }
  return spent;
}

Index peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<Index>(usage.ru_maxrss) * 1024;
}

ordered_json conventions(const Prepared& run) {
  return {{"balance", run.spec.balance.name},
          {"sharing", run.spec.sharing.name},
          {"scale", run.spec.conventions.scale},
          {"heads", run.spec.conventions.heads},
          {"normalise", run.spec.conventions.normalise},
          {"gram", run.spec.conventions.gram},
          {"clip", run.spec.conventions.clip},
          {"smooth", run.spec.conventions.smooth},
          {"every", run.spec.conventions.every},
          {"loss", "mean over labelled elements of each task's batch; the total is their sum"},
          {"epoch", run.spec.train.sampling == "cycle"
                        ? "one pass over the longest stream; shorter ones start again"
                        : "until every stream is through at least once; others start again"},
          {"batches_per_step", run.spec.balance.object->needs().batches},
          {"selection", "none: the last epoch's model is evaluated"}};
}

ordered_json data_entry(const Stream& stream) {
  ordered_json entry = {{"digest", stream.train.digest},
                        {"synthetic", stream.train.synthetic},
                        {"train", stream.train.rows},
                        {"validation", stream.validation.rows},
                        {"test", stream.test.rows},
                        {"test_digest", stream.test.digest},
                        {"test_synthetic", stream.test.synthetic}};
  return entry;
}

ordered_json scores_of_task(const Results& results, std::size_t t) {
  ordered_json splits = ordered_json::object();
  for (const char* split : {"train", "validation", "test"}) {
    const auto found = results.find(split);
    if (found == results.end() || std::isnan(found->second[t][0].second)) continue;
    for (const auto& [name, value] : found->second[t]) splits[split][name] = finite(value);
  }
  return splits;
}

// Which way each measure is better; of two models, that is.
ordered_json directions(const Prepared& run) {
  ordered_json j;
  for (const RunTask& task : run.tasks) {
    j[task.name]["loss"] = "lower";
    for (const MetricHandle& metric : task.handle.metrics()) {
      j[task.name][metric.name()] = metric.higher_is_better() ? "higher" : "lower";
    }
  }
  return j;
}

// How often a step was out of the ordinary.
ordered_json balance_report(const Prepared& run) {
  const BalanceReport& report = run.trainer->report();
  ordered_json j = {{"steps", report.steps}, {"fallbacks", report.fallbacks}};
  for (std::size_t t = 0; t < run.tasks.size(); ++t) {
    j["absent"][run.tasks[t].name] = report.absent[t];
    j["zero_gradient"][run.tasks[t].name] = report.zero[t];
  }
  if (const std::string note = run.trainer->balance_note(); !note.empty()) j["note"] = note;
  return j;
}

// Parts of the model with their users, and each task's share.
ordered_json composition(const Prepared& run) {
  const Composition all = composition_of(run.trainer->plan().tape(), run.tasks.size());
  ordered_json j;
  for (const Composition::Part& part : all.parts) {
    ordered_json entry = {{"parameters", part.parameters}, {"flops", part.flops}};
    entry["shared"] = part.shared;
    for (const int t : part.tasks) {
      entry["tasks"].push_back(run.tasks[static_cast<std::size_t>(t)].name);
    }
    j["parts"][part.name] = entry;
  }
  for (std::size_t t = 0; t < run.tasks.size(); ++t) {
    j["tasks"][run.tasks[t].name] = {{"parameters", all.tasks[t].parameters},
                                     {"shared_parameters", all.tasks[t].shared_parameters},
                                     {"flops", all.tasks[t].flops}};
  }
  return j;
}

}  // namespace

double examples_per_second(const Prepared& run) {
  const double spent = run.clock->training_seconds();
  return spent > 0.0 ? static_cast<double>(run.trainer->examples()) / spent : 0.0;
}

ordered_json scores_of_tasks(const Prepared& run, const Results& results) {
  ordered_json tasks = ordered_json::object();
  for (std::size_t t = 0; t < run.tasks.size(); ++t) {
    tasks[run.tasks[t].name] = scores_of_task(results, t);
  }
  return tasks;
}

ordered_json finite(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

std::vector<std::vector<std::pair<std::string, double>>> values_of(
    const std::vector<TaskScore>& scores) {
  std::vector<std::vector<std::pair<std::string, double>>> values;
  for (const TaskScore& score : scores) values.push_back(score.values());
  return values;
}

ordered_json make_summary(const Prepared& run, const Results& results, const std::string& status) {
  const RunState& state = run.trainer->state();
  ordered_json j;
  j["name"] = run.spec.name;
  j["status"] = status;
  j["seed"] = run.spec.seed;
  j["threads"] = run.spec.threads;
  j["precision"] = run.spec.precision;
  j["steps"] = state.step;
  j["epochs"] = state.epoch + (run.trainer->epoch_finished() ? 1 : 0);
  j["tasks"] = scores_of_tasks(run, results);
  j["better"] = directions(run);
  j["parameters"] = parameter_counts(run);
  j["composition"] = composition(run);
  j["seconds"] = seconds(*run.clock);
  j["examples_per_second"] = examples_per_second(run);
  j["peak_memory_bytes"] = peak_memory_bytes();
  j["planned_memory_bytes"] = run.trainer->planned_bytes();
  j["conventions"] = conventions(run);
  j["balance"] = balance_report(run);
  j["build"] = build_string();
  j["blas_core"] = blas::core_name();
  const Precision wanted = precision::named(run.spec.precision);
  if (wanted != Precision::fp32) j["precision_by"] = precision::instructions_of(wanted);
  for (const Stream& stream : run.data) j["data"][stream.name] = data_entry(stream);
  return j;
}

}  // namespace espalier
