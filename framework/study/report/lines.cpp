#include "study/report/lines.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "study/report/format.hpp"

namespace espalier::report {

namespace {

constexpr double kWidth = 720.0, kLeft = 52.0, kGap = 14.0, kHeight = 170.0, kTop = 24.0,
                 kBottom = 42.0;
constexpr std::size_t kDrawnPoints = 400, kTablePoints = 25;

bool has_band(const Series& series) {
  return series.low.size() == series.mean.size() && series.high.size() == series.mean.size();
}

std::string point(const Scale& x, const Scale& y, double at, double value) {
  return text::cat(px(x.at(at)), " ", px(y.at(value)));
}

/// A move at the start and after each gap; a lone point is a line of length 0, which round caps
/// make a dot.
std::string line_path(const Series& series, const std::vector<std::size_t>& kept, const Scale& x,
                      const Scale& y) {
  std::string d;
  bool open = false;
  for (const std::size_t i : kept) {
    if (!series.mean[i]) {
      open = false;
      continue;
    }
    const std::string at = point(x, y, series.x[i], *series.mean[i]);
    d += open ? "L" + at : "M" + at + "h0";
    open = true;
  }
  return d;
}

std::string band_path(const Series& series, const std::vector<std::size_t>& kept, const Scale& x,
                      const Scale& y) {
  std::string d, back;
  for (const std::size_t i : kept) {
    if (!series.low[i] || !series.high[i]) continue;
    d += (d.empty() ? "M" : "L") + point(x, y, series.x[i], *series.high[i]);
    back = "L" + point(x, y, series.x[i], *series.low[i]) + back;
  }
  return d.empty() ? d : d + back + "Z";
}

void draw_series(Canvas& canvas, const Series& series, const Scale& x, const Scale& y) {
  const std::vector<std::size_t> kept = kept_points({series.mean}, kDrawnPoints);
  const std::string colour = series_colour(series.colour);
  if (has_band(series)) {
    const std::string band = band_path(series, kept, x, y);
    if (!band.empty()) canvas.path(band, {.fill = colour, .opacity = 0.18}, "band");
  }
  canvas.path(line_path(series, kept, x, y),
              {.stroke = colour, .width = 1.8, .dash = series_dash(series.colour)}, "series");
}

void draw_panel(Canvas& canvas, const Panel& panel, const Frame& frame, const std::string& x_name,
                bool log_x) {
  Range x_range, y_range = panel.y;
  for (const Series& series : panel.series) {
    for (const double x : series.x) x_range.add(x);
    for (const auto& y : series.mean) y_range.add(y);
    for (const auto& y : series.low) y_range.add(y);
    for (const auto& y : series.high) y_range.add(y);
  }
  const double right = frame.x + frame.width, bottom = frame.y + frame.height;
  const Scale x = log_x ? log_scale(x_range, frame.x, right) : scale(x_range, frame.x, right, true);
  const Scale y = scale(y_range, bottom, frame.y);
  draw_x_axis(canvas, frame, x, x_name);
  draw_y_axis(canvas, frame, y);
  canvas.text(frame.x, frame.y - 8.0, panel.title, {.size = 12, .bold = true}, frame.width);
  for (const Series& series : panel.series) draw_series(canvas, series, x, y);
}

Table lines_table(const std::vector<Panel>& panels, const std::string& x_name) {
  Table table{"", {"", "series", x_name, "mean", "low", "high"}, {}};
  for (const Panel& panel : panels) {
    for (const Series& series : panel.series) {
      const std::size_t points = series.x.size(), rows = std::min(points, kTablePoints);
      for (std::size_t r = 0; r < rows; ++r) {
        const std::size_t i = rows < 2 ? 0 : r * (points - 1) / (rows - 1);
        const bool band = has_band(series);
        table.rows.push_back({{{panel.title},
                               {series.name},
                               cell(series.x[i]),
                               cell(series.mean[i]),
                               cell(band ? series.low[i] : std::nullopt),
                               cell(band ? series.high[i] : std::nullopt)}});
      }
      if (points > rows) {
        table.caption = text::cat("At most ", kTablePoints, " points of each line.");
      }
    }
  }
  return table;
}

std::vector<std::pair<std::string, std::size_t>> legend_of(const std::vector<Panel>& panels) {
  std::vector<std::pair<std::string, std::size_t>> entries;
  for (const Panel& panel : panels) {
    for (const Series& series : panel.series) {
      const std::pair<std::string, std::size_t> entry(series.name, series.colour);
      if (std::ranges::find(entries, entry) == entries.end()) entries.push_back(entry);
    }
  }
  return entries;
}

}  // namespace

double draw_legend(Canvas& canvas, double x, double y, double width,
                   const std::vector<std::pair<std::string, std::size_t>>& entries) {
  double at = x, row = y + 12.0;
  for (const auto& [name, colour] : entries) {
    const double room = std::min(text_width(name, 11.0) + 8.0, 220.0);
    if (at > x && at + 26.0 + room > x + width) {
      at = x;
      row += 17.0;
    }
    canvas.line(at, row - 4.0, at + 20.0, row - 4.0,
                {.stroke = series_colour(colour), .width = 3.0, .dash = series_dash(colour)});
    canvas.text(at + 25.0, row, name, {}, room);
    at += 25.0 + room + 14.0;
  }
  return entries.empty() ? 0.0 : row + 8.0 - y;
}

Figure line_figure(const std::string& name, const std::string& title,
                   const std::vector<Panel>& panels, const std::string& x_name, bool log_x) {
  Canvas canvas(kWidth, title);
  const double top = 8.0 + draw_legend(canvas, kGap, 6.0, kWidth - 2.0 * kGap, legend_of(panels));
  const double columns = panels.size() > 1 ? 2.0 : 1.0;
  const double column = (kWidth - kGap) / columns;
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const double left = columns > 1.0 && p % 2 == 1 ? column : 0.0;
    const auto row = static_cast<double>(columns > 1.0 ? p / 2 : p);
    const Frame frame{left + kLeft, top + kTop + row * (kTop + kHeight + kBottom),
                      column - kLeft - kGap, kHeight};
    draw_panel(canvas, panels[p], frame, x_name, log_x);
    canvas.grow(frame.y + kHeight + kBottom);
  }
  return {name, title, canvas.str(), lines_table(panels, x_name)};
}

}  // namespace espalier::report
