#include "study/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "espalier/random.hpp"
#include "study/measure.hpp"

namespace espalier {

namespace {

// "balance.cagrad.c" belongs to experiments with `balance: cagrad`; other keys to all.
bool belongs(const std::string& key, const ConfigNode& experiment) {
  for (const char* const part : {"sharing", "balance", "optimizer", "schedule"}) {
    const std::string prefix = text::cat(part, ".");
    if (!key.starts_with(prefix)) continue;
    const std::string method =
        key.substr(prefix.size(), key.find('.', prefix.size()) - prefix.size());
    const ConfigNode* const found = experiment.find(part);
    if (found == nullptr) return false;
    if (found->kind == ConfigNode::Kind::scalar) return found->scalar == method;
    return found->find(method) != nullptr;
  }
  return true;
}

}  // namespace

std::vector<std::vector<Setting>> search_points(const Study& study, const ConfigNode& experiment) {
  std::vector<Axis> axes;
  for (const Axis& axis : study.search.over) {
    if (belongs(axis.key, experiment)) axes.push_back(axis);
  }
  std::vector<std::vector<Setting>> all = combinations(axes);
  const auto wanted = static_cast<std::size_t>(study.search.trials);
  if (wanted == 0 || wanted >= all.size()) return all;
  RandomStream random(static_cast<std::uint64_t>(study.search.seed), "study/search");
  for (std::size_t i = 0; i < wanted; ++i) {  // Fisher and Yates, as far as needed
    std::swap(all[i],
              all[i + static_cast<std::size_t>(random.below(static_cast<Index>(all.size() - i)))]);
  }
  all.resize(wanted);
  return all;
}

namespace {

/// A task's measure over the runs of each point that is whole.
using Sums = std::vector<std::vector<double>>;  // [point][task], signed: more is better

void add_run(const Study& study, const nlohmann::ordered_json& summary, std::vector<double>& sums) {
  const std::vector<Measure> measures = measures_of(summary, study.select.metric);
  sums.resize(measures.size());
  for (std::size_t t = 0; t < measures.size(); ++t) {
    if (!measures[t].validation) {
      throw ConfigError(text::cat(
          study.file, ": search: expected validation rows to choose on, found none for task '",
          measures[t].task, "'; set `validation: 0.1` in its data"));
    }
    const double value = *measures[t].validation;
    sums[t] += measures[t].higher_is_better ? value : -value;
  }
}

// Points with no sums have failed.
std::optional<std::size_t> best_of(const Sums& sums) {
  std::vector<double> sizes;
  double points = 0.0;
  for (const std::vector<double>& point : sums) {
    if (point.empty()) continue;
    sizes.resize(point.size());
    for (std::size_t t = 0; t < sizes.size(); ++t) sizes[t] += std::abs(point[t]);
    points += 1.0;
  }
  std::optional<std::size_t> best;
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t p = 0; p < sums.size(); ++p) {
    if (sums[p].empty()) continue;
    double score = 0.0;
    for (std::size_t t = 0; t < sizes.size(); ++t) {
      if (sizes[t] > 0.0) score += sums[p][t] * points / sizes[t];
    }
    if (score <= most) continue;
    most = score;
    best = p;
  }
  return best;
}

}  // namespace

SearchState best_point(const Study& study, const Store& store,
                       const std::vector<std::vector<std::string>>& ids) {
  Sums sums(ids.size());
  for (std::size_t p = 0; p < ids.size(); ++p) {
    bool whole = true;
    for (const std::string& id : ids[p]) {
      const Store::State state = store.state(id);
      if (state == Store::State::missing) return {};
      whole = whole && state == Store::State::done;
      if (whole) add_run(study, store.summary(id), sums[p]);
    }
    if (!whole) sums[p].clear();
  }
  const std::optional<std::size_t> best = best_of(sums);
  if (best) return {best, ""};
  return {std::nullopt, "every trial has failed; the first one: " + store.error(ids[0][0])};
}

}  // namespace espalier
