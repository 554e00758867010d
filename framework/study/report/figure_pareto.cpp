// Who is dominated: a scatter of two tasks, parallel coordinates of more. Points of the
// front have their colour, the others are grey.
#include <algorithm>

#include "core/text.hpp"
#include "study/report/figure_list.hpp"
#include "study/report/format.hpp"
#include "study/report/scale.hpp"

namespace espalier::report {

namespace {

constexpr double kWidth = 720.0, kHeight = 320.0, kLeft = 60.0, kTop = 22.0, kRight = 150.0,
                 kFoot = 44.0;

struct Point {
  std::string label;
  std::size_t contender = 0;
  bool front = false;
  std::vector<std::optional<double>> values;

  std::string colour() const { return front ? series_colour(contender) : "muted"; }
};

struct Pareto {
  std::vector<std::string> tasks;
  std::vector<Point> points;
  std::vector<std::optional<double>> reference;
  std::optional<double> hypervolume;
};

Pareto read(const Json& given, const Names& names) {
  Pareto all;
  for (const Json* task : list(part(given, "tasks"))) all.tasks.push_back(words(*task));
  for (const Json* one : list(part(given, "points"))) {
    Point point{names.label(words(part(*one, "id"))), names.contender(words(part(*one, "id"))),
                yes(part(*one, "front")), numbers(part(*one, "values"))};
    point.values.resize(all.tasks.size());
    all.points.push_back(std::move(point));
  }
  const Json& volume = part(given, "hypervolume");
  all.hypervolume = number(part(volume, "value"));
  all.reference = numbers(part(volume, "reference"));
  return all;
}

Range range_of(const Pareto& pareto, std::size_t task) {
  Range range;
  for (const Point& point : pareto.points) range.add(point.values[task]);
  return range;
}

void draw_scatter(Canvas& canvas, const Pareto& pareto) {
  const Frame frame{kLeft, kTop, kWidth - kLeft - kRight, kHeight};
  Range across = range_of(pareto, 0), up = range_of(pareto, 1);
  const bool reference = pareto.reference.size() == 2 && pareto.reference[0] && pareto.reference[1];
  if (reference) {
    across.add(pareto.reference[0]);
    up.add(pareto.reference[1]);
  }
  const Scale x = scale(across, frame.x, frame.x + frame.width);
  const Scale y = scale(up, frame.y + frame.height, frame.y);
  draw_x_axis(canvas, frame, x, pareto.tasks[0]);
  draw_y_axis(canvas, frame, y);
  canvas.text(8.0, kTop - 8.0, pareto.tasks[1], {.size = 10, .colour = "muted"}, frame.width);
  if (reference) {
    const double a = x.at(*pareto.reference[0]), b = y.at(*pareto.reference[1]);
    canvas.line(a - 5.0, b, a + 5.0, b, {.stroke = "ink"});
    canvas.line(a, b - 5.0, a, b + 5.0, {.stroke = "ink"});
    canvas.text(a + 8.0, b - 4.0, "reference", {.size = 10, .colour = "muted"});
  }
  for (const Point& point : pareto.points) {
    if (!point.values[0] || !point.values[1]) continue;
    const double a = x.at(*point.values[0]), b = y.at(*point.values[1]);
    canvas.circle(a, b, point.front ? 5.0 : 4.0, {.fill = point.colour()});
    canvas.text(a + 9.0, b + 4.0, point.label,
                {.colour = point.front ? "ink" : "muted", .bold = point.front}, kRight - 12.0);
  }
}

/// One axis for each task, turned so that up is better.
void draw_parallel(Canvas& canvas, const Pareto& pareto, const Names& names) {
  const double step = (kWidth - kLeft - kRight) /
                      static_cast<double>(std::max<std::size_t>(pareto.tasks.size(), 2) - 1);
  std::vector<Scale> axes;
  for (std::size_t t = 0; t < pareto.tasks.size(); ++t) {
    const std::size_t known = names.task(pareto.tasks[t]);
    const bool up = known == names.tasks.size() || names.tasks[known].higher_is_better;
    const double bottom = kTop + kHeight, x = kLeft + step * static_cast<double>(t);
    axes.push_back(scale(range_of(pareto, t), up ? bottom : kTop, up ? kTop : bottom));
    canvas.line(x, kTop, x, bottom, {.stroke = "muted"});
    canvas.text(x, kTop - 8.0, pareto.tasks[t], {.anchor = "middle", .bold = true}, step - 6.0);
    for (const Tick& tick : ticks(axes.back(), 5)) {
      canvas.text(x - 4.0, axes.back().at(tick.value) + 3.5, tick.label,
                  {.size = 9, .anchor = "end", .colour = "muted"});
    }
  }
  for (const Point& point : pareto.points) {
    std::string d;
    double end = 0.0;
    for (std::size_t t = 0; t < axes.size(); ++t) {
      if (!point.values[t]) continue;
      end = axes[t].at(*point.values[t]);
      d += (d.empty() ? "M" : "L") + px(kLeft + step * static_cast<double>(t)) + " " + px(end);
    }
    canvas.path(d,
                {.stroke = point.colour(),
                 .width = point.front ? 2.0 : 1.2,
                 .dash = point.front ? series_dash(point.contender) : "2 3"},
                "series");
    canvas.text(kWidth - kRight + 6.0, end + 4.0, point.label,
                {.size = 10, .colour = point.front ? "ink" : "muted"}, kRight - 10.0);
  }
}

Table pareto_table(const Pareto& pareto) {
  Table table{"", {"contender"}, {}};
  table.header.insert(table.header.end(), pareto.tasks.begin(), pareto.tasks.end());
  table.header.emplace_back("on the front");
  for (const Point& point : pareto.points) {
    Row row{{{point.label}}};
    for (const auto& value : point.values) row.cells.push_back(cell(value));
    row.cells.push_back({point.front ? "yes" : "no"});
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

MadeFigure pareto_figure(const Json& results, const Names& names) {
  const Pareto pareto = read(part(results, "pareto"), names);
  if (pareto.tasks.size() < 2 || pareto.points.empty()) return {};
  const std::string title = "Pareto front: another point is nowhere worse than a grey one";
  Canvas canvas(kWidth, title);
  if (pareto.tasks.size() == 2) {
    draw_scatter(canvas, pareto);
  } else {
    draw_parallel(canvas, pareto, names);
  }
  canvas.grow(kTop + kHeight + kFoot);
  Figure figure{"pareto", title, canvas.str(), pareto_table(pareto)};
  if (pareto.hypervolume) {
    std::vector<std::string> reference;
    for (const auto& value : pareto.reference) reference.push_back(shown(value));
    figure.table.caption = text::cat("Hypervolume ", shown(pareto.hypervolume), " above (",
                                     text::join(reference, ", "), ").");
  }
  return figure;
}

}  // namespace espalier::report
