#include "study/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

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

void combine(const std::vector<Axis>& axes, std::size_t from, std::vector<Setting>& point,
             std::vector<std::vector<Setting>>& all) {
  if (from == axes.size()) {
    all.push_back(point);
    return;
  }
  for (const ConfigNode& value : axes[from].values) {
    point.emplace_back(axes[from].key, value);
    combine(axes, from + 1, point, all);
    point.pop_back();
  }
}

}  // namespace

std::vector<std::vector<Setting>> search_points(const Study& study, const ConfigNode& experiment) {
  std::vector<Axis> axes;
  for (const Axis& axis : study.search.over) {
    if (belongs(axis.key, experiment)) axes.push_back(axis);
  }
  std::vector<std::vector<Setting>> all;
  std::vector<Setting> point;
  combine(axes, 0, point, all);
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

std::optional<std::size_t> best_point(const Study& study, const Store& store,
                                      const std::vector<std::vector<std::string>>& ids) {
  std::vector<std::vector<double>> sums(ids.size());  // [point][task], signed: more is better
  std::vector<char> good(ids.size(), 1);
  for (std::size_t p = 0; p < ids.size(); ++p) {
    for (const std::string& id : ids[p]) {
      const Store::State state = store.state(id);
      if (state == Store::State::missing) return std::nullopt;
      if (state == Store::State::failed) good[p] = 0;
      if (good[p] == 0) continue;
      const std::vector<Measure> measures = measures_of(store.summary(id), study.select.metric);
      sums[p].resize(measures.size());
      for (std::size_t t = 0; t < measures.size(); ++t) {
        if (!measures[t].validation) {
          throw ConfigError(text::cat(
              study.file, ": search: expected validation rows to choose on, found none for task '",
              measures[t].task, "'; set `validation: 0.1` in its data"));
        }
        const double value = *measures[t].validation;
        sums[p][t] += measures[t].higher_is_better ? value : -value;
      }
    }
  }
  std::optional<std::size_t> best;
  double most = -std::numeric_limits<double>::infinity();
  std::vector<double> scale;
  double points = 0.0;
  for (std::size_t p = 0; p < ids.size(); ++p) {
    if (good[p] == 0) continue;
    scale.resize(sums[p].size());
    for (std::size_t t = 0; t < scale.size(); ++t) scale[t] += std::abs(sums[p][t]);
    points += 1.0;
  }
  if (points == 0.0) {
    throw RunFailure(
        text::cat("[search] every trial has failed; the first one: ", store.error(ids[0][0])));
  }
  for (std::size_t p = 0; p < ids.size(); ++p) {
    if (good[p] == 0) continue;
    double score = 0.0;
    for (std::size_t t = 0; t < scale.size(); ++t) {
      if (scale[t] > 0.0) score += sums[p][t] * points / scale[t];
    }
    if (score > most) {
      most = score;
      best = p;
    }
  }
  return best;
}

}  // namespace espalier
