#include "study/report/curve_data.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace espalier::report {

namespace {

using Line = std::vector<std::optional<double>>;

/// Mean, least and largest of what the seeds have at each epoch.
void summarise(Curve& curve) {
  const std::size_t epochs = curve.line.x.size();
  for (std::size_t e = 0; e < epochs; ++e) {
    Range range;
    double sum = 0.0, count = 0.0;
    for (const Line& seed : curve.seeds) {
      if (e >= seed.size() || !seed[e]) continue;
      range.add(seed[e]);
      sum += *seed[e];
      count += 1.0;
    }
    const auto known = [&](double value) {
      return count > 0.0 ? std::optional<double>(value) : std::nullopt;
    };
    curve.line.mean.push_back(known(sum / std::max(count, 1.0)));
    curve.line.low.push_back(known(range.low));
    curve.line.high.push_back(known(range.high));
  }
}

std::optional<Curve> read_curve(const Json& given, const Names& names, const std::string& id) {
  Curve curve{names.contender(id), names.label(id), {}, {}};
  curve.line.name = curve.label;
  curve.line.colour = curve.contender;
  for (const auto& epoch : numbers(part(given, "epochs")))
    curve.line.x.push_back(epoch.value_or(0));
  for (const auto& [seed, values] : entries(part(given, "seeds"))) {
    curve.seeds.push_back(numbers(*values));
    curve.seeds.back().resize(curve.line.x.size());
  }
  if (curve.line.x.empty() || curve.seeds.empty()) return {};
  summarise(curve);
  return curve;
}

/// `values`, known at `from`, at the places of `to`; null where `from` lacks it.
Json placed(const Line& values, const std::vector<double>& from, const std::vector<double>& to) {
  Json all = Json::array();
  for (const double x : to) {
    const auto i = static_cast<std::size_t>(std::ranges::find(from, x) - from.begin());
    const bool known = i < values.size() && values[i].has_value();
    all.push_back(known ? Json(*values[i]) : Json());
  }
  return all;
}

/// [6, 3], the pixels of a dashed line, [] of one drawn through.
Json dash_json(std::size_t contender) {
  Json all = Json::array();
  std::istringstream lengths(series_dash(contender));
  for (int length = 0; lengths >> length;) all.push_back(length);
  return all;
}

/// The epochs to keep for all curves of a task.
std::vector<double> common_epochs(const TaskCurves& task, std::size_t limit) {
  std::set<double> all;
  for (const Curve& curve : task.curves) {
    const std::size_t share = std::max<std::size_t>(limit / task.curves.size(), 2);
    const std::vector<double>& x = curve.line.x;
    for (const std::size_t i : kept_points({curve.line.mean}, x.size() > limit ? share : limit)) {
      all.insert(x[i]);
    }
  }
  std::vector<double> epochs(all.begin(), all.end());
  std::vector<double> kept;
  const Line line(epochs.begin(), epochs.end());
  for (const std::size_t i : kept_points({line}, limit)) kept.push_back(epochs[i]);
  return kept;
}

}  // namespace

std::vector<TaskCurves> task_curves(const Json& results, const Names& names) {
  std::vector<TaskCurves> all;
  for (const TaskName& task : names.tasks) {
    TaskCurves found{"", {}};
    TaskName titled = task;  // curves may show other rows than the table: "accuracy, validation"
    for (const auto& [id, tasks] : entries(part(results, "curves"))) {
      const Json& given = part(*tasks, task.name);
      const std::string measure = words(part(given, "measure"));
      if (!measure.empty()) titled.measure = measure;
      if (auto curve = read_curve(given, names, id)) {
        found.curves.push_back(std::move(*curve));
      }
    }
    found.title = task_title(titled);
    if (!found.curves.empty()) all.push_back(std::move(found));
  }
  return all;
}

Json curve_json(const std::vector<TaskCurves>& tasks, std::size_t limit) {
  Json all = Json::array();
  for (const TaskCurves& task : tasks) {
    const std::vector<double> epochs = common_epochs(task, limit);
    Json lines = Json::array();
    for (const Curve& curve : task.curves) {
      const auto on = [&](const Line& values) { return placed(values, curve.line.x, epochs); };
      Json seeds = Json::array();
      for (const Line& seed : curve.seeds) seeds.push_back(on(seed));
      lines.push_back({{"label", curve.label},
                       {"colour", series_colour(curve.contender)},
                       {"dash", dash_json(curve.contender)},
                       {"mean", on(curve.line.mean)},
                       {"low", on(curve.line.low)},
                       {"high", on(curve.line.high)},
                       {"seeds", seeds}});
    }
    all.push_back({{"title", task.title}, {"epochs", epochs}, {"lines", lines}});
  }
  return all;
}

}  // namespace espalier::report
