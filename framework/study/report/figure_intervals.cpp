// Forest plots: for each task, and for Delta_m, each contender's mean with its interval and its
// seeds; a dashed line at the baseline's mean.
#include <algorithm>

#include "study/report/figure_list.hpp"
#include "study/report/scale.hpp"

namespace espalier::report {

namespace {

constexpr double kWidth = 720.0, kLabel = 190.0, kRight = 18.0, kRowHeight = 20.0, kTitle = 26.0,
                 kAxis = 30.0;

struct Entry {
  std::string label;
  bool baseline = false;
  Interval interval;
  std::vector<std::optional<double>> seeds;
};

struct Forest {
  std::string title;
  std::vector<Entry> entries;
};

std::vector<Forest> forests(const Names& names) {
  std::vector<Forest> all;
  for (const TaskName& task : names.tasks) all.push_back({task_title(task), {}});
  all.push_back({"Delta_m, all tasks (higher is better)", {}});
  for (const ContenderName& contender : names.contenders) {
    for (std::size_t t = 0; t < all.size(); ++t) {
      const bool joint = t == names.tasks.size();
      const Json& scores = joint ? part(*contender.json, "delta_m")
                                 : part(part(*contender.json, "tasks"), names.tasks[t].name);
      const Interval found = interval(scores);
      if (!found.mean) continue;
      all[t].entries.push_back(
          {contender.label, contender.baseline, found, numbers(part(scores, "values"))});
    }
  }
  std::erase_if(all, [](const Forest& forest) { return forest.entries.empty(); });
  return all;
}

void draw_entry(Canvas& canvas, const Entry& entry, const Scale& x, double y) {
  canvas.text(kLabel - 10.0, y + 4.0, entry.label, {.anchor = "end", .bold = entry.baseline},
              kLabel - 16.0);
  const std::string colour = entry.baseline ? "muted" : "s0";
  if (entry.interval.low && entry.interval.high) {
    canvas.path(
        "M" + px(x.at(*entry.interval.low)) + " " + px(y) + "H" + px(x.at(*entry.interval.high)),
        {.stroke = colour, .width = 2.0}, "interval");
  }
  for (const auto& seed : entry.seeds) {
    if (seed) canvas.circle(x.at(*seed), y, 2.6, {.fill = "paper", .stroke = colour});
  }
  canvas.rect(x.at(*entry.interval.mean) - 3.5, y - 3.5, 7.0, 7.0, {.fill = colour});
}

double draw_forest(Canvas& canvas, const Forest& forest, double top) {
  Range range;
  for (const Entry& entry : forest.entries) {
    for (const auto& value : {entry.interval.mean, entry.interval.low, entry.interval.high}) {
      range.add(value);
    }
    for (const auto& seed : entry.seeds) range.add(seed);
  }
  const double height = kRowHeight * static_cast<double>(forest.entries.size());
  const Frame frame{kLabel, top + kTitle, kWidth - kLabel - kRight, height};
  const Scale x = scale(range, frame.x, frame.x + frame.width);
  canvas.text(14.0, top + 17.0, forest.title, {.size = 12, .bold = true}, kWidth - 28.0);
  draw_x_axis(canvas, frame, x, "");
  for (const Entry& entry : forest.entries) {
    if (!entry.baseline) continue;
    const double at = x.at(*entry.interval.mean);
    canvas.line(at, frame.y, at, frame.y + height, {.stroke = "muted", .dash = "4 3"});
  }
  double y = frame.y + kRowHeight / 2.0;
  for (const Entry& entry : forest.entries) {
    draw_entry(canvas, entry, x, y);
    y += kRowHeight;
  }
  return frame.y + height + kAxis;
}

}  // namespace

MadeFigure interval_figure(const Json& /*results*/, const Names& names) {
  const std::vector<Forest> all = forests(names);
  if (all.empty()) return {};
  const std::string title = "Means with their intervals; dots are seeds";
  Canvas canvas(kWidth, title);
  Table table{"", {"task", "contender", "mean", "low", "high", "n"}, {}};
  double top = 4.0;
  for (const Forest& forest : all) {
    top = draw_forest(canvas, forest, top);
    for (const Entry& entry : forest.entries) {
      const Interval& i = entry.interval;
      table.rows.push_back(
          {{{forest.title}, {entry.label}, cell(i.mean), cell(i.low), cell(i.high), cell(i.n)}});
    }
  }
  canvas.grow(top);
  return Figure{"intervals", title, canvas.str(), table};
}

}  // namespace espalier::report
