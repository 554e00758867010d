#include "study/results/parts.hpp"
#include "study/stats/bootstrap.hpp"
#include "study/stats/delta_m.hpp"

namespace espalier::results {

namespace {

std::string state_word(Store::State state) {
  if (state == Store::State::done) return "done";
  return state == Store::State::failed ? "failed" : "missing";
}

ordered_json settings(const std::vector<Setting>& all) {
  ordered_json j = ordered_json::object();
  for (const auto& [key, value] : all) j[key] = short_text(value);
  return j;
}

ordered_json runs(const ContenderOutcome& contender) {
  ordered_json all = ordered_json::array();
  for (const StudyRun& run : contender.runs) {
    ordered_json j = {{"seed", run.seed}, {"status", state_word(run.state)}, {"hash", run.id}};
    if (!run.task.empty()) j["task"] = run.task;
    if (!run.error.empty()) j["error"] = run.error;
    if (!run.chosen.empty()) j["chosen"] = settings(run.chosen);
    all.push_back(j);
  }
  return all;
}

// Means over runs; of each task alone, the sum over tasks.
ordered_json cost(const ContenderOutcome& contender) {
  double parameters = 0, shared = 0, flops = 0, seconds = 0, memory = 0, done = 0;
  std::size_t parts = 1;
  for (const StudyRun& run : contender.runs) {
    if (run.state != Store::State::done) continue;
    const ordered_json& s = run.summary;
    done += 1.0;
    parameters += s.at("parameters").at("total").get<double>();
    shared += s.at("parameters").at("shared").get<double>();
    for (const auto& [name, part] : s.at("composition").at("parts").items()) {
      flops += part.at("flops").get<double>();
    }
    seconds += s.at("seconds").at("total").get<double>();
    memory = std::max(memory, s.at("peak_memory_bytes").get<double>());
    if (contender.contender.alone) parts = contender.scores.size();
  }
  if (done == 0.0) return nullptr;
  const double each = static_cast<double>(parts) / done;
  return {{"parameters", std::llround(parameters * each)},
          {"shared_parameters", std::llround(shared * each)},
          {"flops", std::llround(flops * each)},
          {"seconds", seconds * each},
          {"memory_bytes", memory}};
}

}  // namespace

ordered_json numbers(const std::vector<double>& values) {
  ordered_json j = ordered_json::array();
  for (const double x : values) j.push_back(finite(x));
  return j;
}

ordered_json estimate(const stats::Estimate& e) {
  return {{"mean", finite(e.mean)}, {"low", finite(e.low)}, {"high", finite(e.high)}, {"n", e.n}};
}

std::vector<double> changes_of(const StudyOutcome& outcome, const ContenderOutcome& contender,
                               std::size_t task) {
  const ContenderOutcome* const reference = outcome.reference_of(contender);
  if (reference == nullptr) return {};
  const std::vector<stats::TaskScores> one = {
      {contender.scores[task], reference->scores[task], outcome.tasks[task].higher_is_better}};
  return present(stats::delta_m(one));
}

std::vector<double> delta_m_of(const StudyOutcome& outcome, const ContenderOutcome& contender) {
  const ContenderOutcome* const reference = outcome.reference_of(contender);
  if (reference == nullptr) return {};
  std::vector<stats::TaskScores> tasks;
  for (std::size_t t = 0; t < outcome.tasks.size(); ++t) {
    if (!contender.has(t) || !reference->has(t)) continue;
    tasks.push_back({contender.scores[t], reference->scores[t], outcome.tasks[t].higher_is_better});
  }
  return stats::delta_m(tasks);
}

ordered_json contenders(const StudyOutcome& outcome) {
  const double level = outcome.study->level;
  ordered_json all = ordered_json::array();
  for (const ContenderOutcome& c : outcome.contenders) {
    ordered_json j = {{"id", c.contender.label},
                      {"label", c.contender.label},
                      {"baseline", c.contender.alone},
                      {"values", settings(c.contender.settings)},
                      {"runs", runs(c)}};
    for (std::size_t t = 0; t < outcome.tasks.size(); ++t) {
      if (!c.has(t)) continue;
      ordered_json entry = {{"values", numbers(c.scores[t])}};
      entry.update(estimate(stats::mean_estimate(present(c.scores[t]), level)));
      j["tasks"][outcome.tasks[t].name] = entry;
    }
    const std::vector<double> gain = delta_m_of(outcome, c);
    if (!present(gain).empty()) {
      j["delta_m"] = {{"values", numbers(gain)}};
      j["delta_m"].update(estimate(stats::bootstrap_estimate(present(gain), level)));
    }
    j["cost"] = cost(c);
    all.push_back(j);
  }
  return all;
}

}  // namespace espalier::results
