#include "core/text.hpp"
#include "study/results/parts.hpp"

namespace espalier::results {

ordered_json provenance(const StudyOutcome& outcome, const Store& store) {
  ordered_json all = ordered_json::array();
  for (const ContenderOutcome& c : outcome.contenders) {
    for (const StudyRun& run : c.runs) {
      if (run.state != Store::State::done) continue;
      const std::string task = run.task.empty() ? "" : ", " + run.task;
      ordered_json j = {
          {"label", text::cat(c.contender.label, task, ", seed ", run.seed)},
          {"command", text::cat("espalier run ", store.name(), "/.specs/", run.id, ".yaml")},
          {"hash", run.id},
          {"build", run.summary.at("build")},
          {"blas_core", run.summary.at("blas_core")},
          {"threads", run.summary.at("threads")}};
      for (const auto& [name, entry] : run.summary.at("data").items()) {
        j["data"][name] = entry.at("digest");
      }
      all.push_back(j);
    }
  }
  return all;
}

}  // namespace espalier::results
