#include <map>
#include <set>

#include "core/text.hpp"
#include "study/results/parts.hpp"

namespace espalier::results {

namespace {

// Two contenders with the same scores to the last bit, in every task and seed, are probably one
// method by two names.
void twins(const StudyOutcome& outcome, ordered_json& all) {
  for (std::size_t i = 0; i < outcome.contenders.size(); ++i) {
    const ContenderOutcome& a = outcome.contenders[i];
    for (std::size_t k = i + 1; k < outcome.contenders.size(); ++k) {
      const ContenderOutcome& b = outcome.contenders[k];
      std::size_t equal = 0, seen = 0;
      for (std::size_t t = 0; t < a.scores.size(); ++t) {
        const Pairs pairs = pairs_of(a.scores[t], b.scores[t]);
        seen += pairs.a.size();
        for (std::size_t s = 0; s < pairs.a.size(); ++s)
          equal += pairs.a[s] == pairs.b[s] ? 1U : 0U;
      }
      if (seen < 2 || equal < seen) continue;
      all.push_back(text::cat("'", a.contender.label, "' and '", b.contender.label,
                              "' have identical scores in all ", seen,
                              " comparisons: the same model by two names?"));
    }
  }
}

// Steps that differ among contenders; of each task alone they may: its data are its own.
void budgets(const StudyOutcome& outcome, ordered_json& all) {
  std::map<std::uint64_t, std::string> steps;
  for (const ContenderOutcome& c : outcome.contenders) {
    if (c.contender.alone) continue;
    for (const StudyRun& run : c.runs) {
      if (run.state == Store::State::done) {
        steps.emplace(run.summary.at("steps").get<std::uint64_t>(), c.contender.label);
      }
    }
  }
  if (steps.size() < 2) return;
  all.push_back(text::cat("contenders got different budgets: ", steps.begin()->first, " steps ('",
                          steps.begin()->second, "') to ", steps.rbegin()->first, " steps ('",
                          steps.rbegin()->second, "')"));
}

void failures(const StudyOutcome& outcome, ordered_json& all) {
  for (const ContenderOutcome& c : outcome.contenders) {
    std::size_t failed = 0, missing = 0;
    std::string why;
    for (const StudyRun& run : c.runs) {
      failed += run.state == Store::State::failed ? 1U : 0U;
      missing += run.state == Store::State::missing ? 1U : 0U;
      if (why.empty()) why = run.error;
    }
    if (failed > 0) {
      all.push_back(text::cat("'", c.contender.label, "': ", failed, " of ", c.runs.size(),
                              " runs failed: ", why));
    }
    if (missing > 0) {
      all.push_back(text::cat("'", c.contender.label, "': ", missing, " of ", c.runs.size(),
                              " runs are missing"));
    }
    if (!c.given_up.empty()) {
      all.push_back(text::cat("'", c.contender.label, "': ", c.given_up));
    } else if (c.runs.empty()) {
      all.push_back(text::cat("'", c.contender.label, "': no runs yet, its search goes on"));
    }
  }
}

// One study, one program and one set of data: otherwise the store was filled by several.
void mixtures(const StudyOutcome& outcome, ordered_json& all) {
  std::set<std::string> builds;
  for (const ContenderOutcome& c : outcome.contenders) {
    for (const StudyRun& run : c.runs) {
      if (run.state == Store::State::done)
        builds.insert(run.summary.at("build").get<std::string>());
    }
  }
  if (builds.size() > 1) all.push_back("runs come from different builds");
}

}  // namespace

ordered_json alarms(const StudyOutcome& outcome) {
  ordered_json all = ordered_json::array();
  failures(outcome, all);
  twins(outcome, all);
  budgets(outcome, all);
  mixtures(outcome, all);
  return all;
}

}  // namespace espalier::results
