#include "study/measure.hpp"

#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

using nlohmann::ordered_json;

std::optional<double> score(const ordered_json& splits, const char* split,
                            const std::string& name) {
  if (!splits.contains(split)) return std::nullopt;
  const auto found = splits[split].find(name);
  if (found == splits[split].end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

// The loss stands first; the metric that the task names first is what it is judged by.
std::string chosen(const ordered_json& measures, const std::string& metric,
                   const std::string& task) {
  std::vector<std::string> names;
  for (const auto& [name, direction] : measures.items()) names.push_back(name);
  if (metric.empty()) return names.size() > 1 ? names[1] : names.at(0);
  if (measures.contains(metric)) return metric;
  throw ConfigError(text::cat("select.metric: expected a measure of task '", task, "' (",
                              text::join(names, ", "), "), found ", text::quoted(metric),
                              text::suggestion(metric, names)));
}

}  // namespace

std::vector<Measure> measures_of(const ordered_json& j, const std::string& metric) {
  std::vector<Measure> all;
  for (const auto& [task, splits] : j.at("tasks").items()) {
    const ordered_json& measures = j.at("better").at(task);
    Measure m{task, chosen(measures, metric, task), true, std::nullopt, std::nullopt};
    m.higher_is_better = measures.at(m.name) == "higher";
    m.validation = score(splits, "validation", m.name);
    m.test = score(splits, "test", m.name);
    all.push_back(std::move(m));
  }
  return all;
}

}  // namespace espalier
