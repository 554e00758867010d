#include "study/results/parts.hpp"
#include "study/stats/holm.hpp"
#include "study/stats/paired.hpp"
#include "study/stats/seeds_needed.hpp"
#include "study/stats/verdict.hpp"

namespace espalier::results {

namespace {

/// Comparisons whose p-values are adjusted together.
class Family {
 public:
  explicit Family(const StudyOutcome& outcome) : outcome_(outcome) {}

  void add(const ContenderOutcome& of, const ContenderOutcome& to) {
    for (std::size_t t = 0; t < outcome_.tasks.size(); ++t) {
      if (!of.has(t) || !to.has(t)) continue;
      const Pairs pairs = pairs_of(of.scores[t], to.scores[t]);
      found_.push_back({&of, &to, t, stats::paired(pairs.a, pairs.b, outcome_.study->level)});
      p_.push_back(found_.back().result.t_p);
    }
  }

  void write(ordered_json& all) const {
    const std::vector<double> adjusted = stats::holm(p_);
    for (std::size_t i = 0; i < found_.size(); ++i) all.push_back(entry(found_[i], adjusted[i]));
  }

 private:
  struct Comparison {
    const ContenderOutcome *of, *to;
    std::size_t task;
    stats::PairedResult result;
  };

  ordered_json entry(const Comparison& c, double adjusted) const {
    const stats::PairedResult& r = c.result;
    ordered_json j = {{"of", c.of->contender.label},
                      {"to", c.to->contender.label},
                      {"task", outcome_.tasks[c.task].name}};
    j.update(estimate(r.difference));
    j["t_p"] = finite(r.t_p);
    j["wilcoxon_p"] = finite(r.wilcoxon_p);
    j["effect"] = finite(r.effect);
    j["p_holm"] = finite(adjusted);
    const std::optional<std::size_t> needed = stats::seeds_needed(r.effect);
    j["seeds_needed"] = needed ? ordered_json(*needed) : ordered_json(nullptr);
    j["verdict"] = stats::verdict(r.difference, adjusted, outcome_.tasks[c.task].higher_is_better,
                                  outcome_.study->level);
    return j;
  }

  const StudyOutcome& outcome_;
  std::vector<Comparison> found_;
  std::vector<double> p_;
};

}  // namespace

ordered_json differences(const StudyOutcome& outcome) {
  Family to_alone(outcome), among(outcome);
  for (std::size_t i = 0; i < outcome.contenders.size(); ++i) {
    const ContenderOutcome& a = outcome.contenders[i];
    if (a.contender.alone) continue;
    if (const ContenderOutcome* const reference = outcome.reference_of(a))
      to_alone.add(a, *reference);
    for (std::size_t k = i + 1; k < outcome.contenders.size(); ++k) {
      const ContenderOutcome& b = outcome.contenders[k];
      if (a.contender.reference == b.contender.reference) among.add(a, b);
    }
  }
  ordered_json all = ordered_json::array();
  to_alone.write(all);
  among.write(all);
  return all;
}

ordered_json relative_changes(const StudyOutcome& outcome) {
  ordered_json j = ordered_json::object();
  for (const ContenderOutcome& c : outcome.contenders) {
    for (std::size_t t = 0; t < outcome.tasks.size(); ++t) {
      const std::vector<double> changes = changes_of(outcome, c, t);
      if (changes.empty()) continue;
      const stats::Estimate e = stats::mean_estimate(changes, outcome.study->level);
      j[c.contender.label][outcome.tasks[t].name] = {
          {"change", finite(e.mean)}, {"low", finite(e.low)}, {"high", finite(e.high)}};
    }
  }
  return j;
}

}  // namespace espalier::results
