#include <array>
#include <cstdio>
#include <map>

#include "core/text.hpp"
#include "study/results/parts.hpp"

namespace espalier::results {

namespace {

std::string percent(double share) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%+.2f %%", 100.0 * share);
  return buffer.data();
}

// "better on letters, no difference shown on digits"
std::string by_verdict(const std::map<std::string, std::vector<std::string>>& tasks) {
  std::vector<std::string> parts;
  for (const char* const word : {"better", "worse", "no difference shown", "cannot be judged"}) {
    const auto found = tasks.find(word);
    if (found != tasks.end()) {
      parts.push_back(text::cat(word, " on ", text::join(found->second, ", ")));
    }
  }
  return text::join(parts, "; ");
}

std::string headline(const ordered_json& results, std::size_t judged, std::size_t shown) {
  const std::size_t seeds = results.at("study").at("seeds").size();
  if (judged == 0) return text::cat("Nothing can be judged with ", seeds, " seed(s).");
  if (shown == 0) {
    return text::cat("Against each task alone no difference is shown in ", judged,
                     " comparisons over ", seeds, " seeds (paired t tests, Holm).");
  }
  return text::cat("Against each task alone a difference is shown in ", shown, " of ", judged,
                   " comparisons over ", seeds, " seeds (paired t tests, Holm).");
}

}  // namespace

ordered_json verdict(const StudyOutcome& outcome, const ordered_json& results) {
  std::map<std::string, std::map<std::string, std::vector<std::string>>> found;
  std::size_t judged = 0, shown = 0;
  for (const ordered_json& d : results.at("differences")) {
    const std::string of = d.at("of"), word = d.at("verdict");
    for (const ContenderOutcome& c : outcome.contenders) {
      if (c.contender.label != of || c.contender.reference != d.at("to")) continue;
      found[of][word].push_back(d.at("task"));
      judged += word != "cannot be judged" ? 1U : 0U;
      shown += word == "better" || word == "worse" ? 1U : 0U;
    }
  }
  ordered_json all = ordered_json::array();
  if (outcome.study->baseline) all.push_back(headline(results, judged, shown));
  for (const ordered_json& c : results.at("contenders")) {
    const auto mine = found.find(c.at("id").get<std::string>());
    if (mine == found.end()) continue;
    std::string line = mine->first + ": " + by_verdict(mine->second);
    if (c.contains("delta_m") && c["delta_m"].at("mean").is_number()) {
      const ordered_json& m = c["delta_m"];
      line += "; Delta m " + percent(m.at("mean"));
      if (m.at("low").is_number()) {
        line += " (" + percent(m.at("low")) + " to " + percent(m.at("high")) + ")";
      }
    }
    all.push_back(line + ".");
  }
  return all;
}

}  // namespace espalier::results
