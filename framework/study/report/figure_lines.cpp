// The figures that are lines over something: learning curves, weights, conflict, data size.
#include "study/report/curve_data.hpp"
#include "study/report/figure_list.hpp"

namespace espalier::report {

namespace {

/// The lines of {"name": [values]} over `x`; none of another length is drawn past its end.
std::vector<Series> lines_of(const Json& given, const std::vector<std::optional<double>>& x) {
  std::vector<Series> all;
  for (const auto& [name, values] : entries(given)) {
    Series series{name, all.size(), {}, numbers(*values)};
    for (const auto& at : x) series.x.push_back(at.value_or(0.0));
    series.mean.resize(series.x.size());
    all.push_back(std::move(series));
  }
  return all;
}

}  // namespace

MadeFigure curve_figure(const Json& results, const Names& names) {
  std::vector<Panel> panels;
  for (const TaskCurves& task : task_curves(results, names)) {
    Panel& panel = panels.emplace_back(Panel{task.title, {}, {}});
    for (const Curve& curve : task.curves) panel.series.push_back(curve.line);
  }
  if (panels.empty()) return {};
  return line_figure("curves", "Learning curves: mean over seeds, band from least to largest",
                     panels, "epoch");
}

MadeFigure conflict_figure(const Json& results, const Names& names) {
  std::vector<Panel> panels;
  for (const auto& entry : entries(part(results, "conflict"))) {
    const Json& conflict = *entry.second;
    const auto epochs = numbers(part(conflict, "epochs"));
    const std::string label = names.label(entry.first);
    const auto add = [&](const char* key, const std::string& title, const Range& range) {
      std::vector<Series> lines = lines_of(part(conflict, key), epochs);
      if (!lines.empty()) panels.push_back({title + ": " + label, std::move(lines), range});
    };
    add("cosine", "cosine", {-0.1, 0.1, false});
    add("conflicting", "share of steps in conflict", {0.0, 1.0, false});
  }
  if (panels.empty()) return {};
  return line_figure("conflict",
                     "Conflict of the tasks' gradients: cosine, and how often it is < 0", panels,
                     "epoch");
}

MadeFigure weight_figure(const Json& results, const Names& names) {
  std::vector<Panel> panels;
  for (const auto& [id, weights] : entries(part(results, "weights"))) {
    std::vector<Series> lines =
        lines_of(part(*weights, "tasks"), numbers(part(*weights, "epochs")));
    if (lines.empty()) continue;
    for (Series& line : lines) {
      const std::size_t task = names.task(line.name);
      if (task < names.tasks.size()) line.colour = task;
    }
    panels.push_back({names.label(id), std::move(lines), {0.0, 0.0, false}});
  }
  if (panels.empty()) return {};
  return line_figure("weights", "Weights of the tasks", panels, "epoch");
}

MadeFigure size_figure(const Json& results, const Names& names) {
  const Json& sizes = part(results, "sizes");
  const auto limits = numbers(part(sizes, "limits"));
  Panel panel{words(part(sizes, "task")), {}, {}};
  for (const auto& [id, given] : entries(part(sizes, "contenders"))) {
    Series series{names.label(id),
                  names.contender(id),
                  {},
                  numbers(part(*given, "mean")),
                  numbers(part(*given, "low")),
                  numbers(part(*given, "high"))};
    for (const auto& limit : limits) series.x.push_back(limit.value_or(0.0));
    series.mean.resize(limits.size());
    panel.series.push_back(std::move(series));
  }
  if (panel.series.empty() || limits.empty()) return {};
  return line_figure("sizes", "Score by the number of training examples", {panel}, "examples",
                     true);
}

}  // namespace espalier::report
