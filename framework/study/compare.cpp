#include "study/compare.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/text.hpp"
#include "experiment/interrupt.hpp"
#include "study/driver.hpp"
#include "study/results/results.hpp"
#include "study/worker.hpp"

namespace espalier {

namespace {

// A search opens new runs when its trials are done; a failed run is not tried again.
bool all_ended(const StudyPlan& plan, const Store& store, const std::set<std::string>& failed) {
  return std::ranges::all_of(plan.runs, [&](const PlannedRun& run) {
    return failed.count(run.id) > 0 || store.state(run.id) == Store::State::done;
  });
}

}  // namespace

CompareOutcome compare(const CompareRequest& request) {
  const InterruptWatch watch;
  const Study study = read_study(request.file);
  const Store store(request.store);
  StudyPlan plan = plan_study(study, store, request.plugin_folders);
  const DriverOptions options{std::max<std::size_t>(1, request.jobs),
                              request.command.empty() ? own_command() : request.command,
                              request.plugin_folders};
  StudyProgress progress(study, store, request.quiet);
  Driver driver(store, options, progress);
  bool interrupted = false;
  while (!interrupted && !all_ended(plan, store, driver.failed())) {
    progress.begin(plan);
    interrupted = !driver.run(plan.runs);
    if (plan.undecided > 0) plan = plan_study(study, store, request.plugin_folders);
  }
  progress.end();
  return {study_results(read_outcome(study, plan, store), store), driver.failed().size(),
          interrupted};
}

nlohmann::ordered_json read_results(const CompareRequest& request) {
  const Study study = read_study(request.file);
  const Store store(request.store);
  const StudyPlan plan = plan_study(study, store, request.plugin_folders);
  return study_results(read_outcome(study, plan, store), store);
}

std::string plan_text(const CompareRequest& request) {
  const Study study = read_study(request.file);
  const Store store(request.store);
  const StudyPlan plan = plan_study(study, store, request.plugin_folders);
  std::map<std::size_t, std::pair<std::size_t, std::size_t>> counts;  // contender -> done, all
  std::set<std::string> to_run;
  for (const PlannedRun& run : plan.runs) {
    const bool done = store.state(run.id) == Store::State::done;
    counts[run.contender].first += done ? 1U : 0U;
    counts[run.contender].second += 1U;
    if (!done) to_run.insert(run.id);
  }
  std::string out = text::cat(study.name, ": ", plan.contenders.size(), " contenders, ",
                              plan.runs.size(), " runs, ", to_run.size(), " to be run");
  out += plan.undecided > 0 ? text::cat(", and ", plan.undecided, " after the search\n") : "\n";
  for (const auto& [c, count] : counts) {
    out += text::cat("  ", count.first, "/", count.second, "  ", plan.contenders[c].label, "\n");
  }
  return out;
}

}  // namespace espalier
