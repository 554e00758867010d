#pragma once

#include <map>

#include "study/report/report.hpp"
#include "study/report/scale.hpp"

namespace espalier::report {

/// A line and, where `low` and `high` are as long as it, a band. `colour` counts as series_colour
/// does.
struct Series {
  std::string name;
  std::size_t colour = 0;
  std::vector<double> x;
  std::vector<std::optional<double>> mean, low = {}, high = {};
};

struct Panel {
  std::string title;
  std::vector<Series> series;
  Range y = {};  ///< what must be seen beside the values
};

/// Small multiples: panels two in a row under one legend, each series one <path class="series">.
/// `x_name` names the axis below; `log_x` spaces it by logarithm where the values allow.
Figure line_figure(const std::string& name, const std::string& title,
                   const std::vector<Panel>& panels, const std::string& x_name, bool log_x = false);

/// Indices, ascending, of at most `limit` points that keep the first, the last and, in each of
/// equal stretches, the least and largest value of each of `lines`.
ESPALIER_API std::vector<std::size_t> kept_points(
    const std::vector<std::vector<std::optional<double>>>& lines, std::size_t limit);

/// Name and colour of each series in rows below `y`; the height taken.
double draw_legend(Canvas& canvas, double x, double y, double width,
                   const std::vector<std::pair<std::string, std::size_t>>& entries);

}  // namespace espalier::report
