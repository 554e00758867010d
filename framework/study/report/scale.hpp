#pragma once

#include <optional>
#include <string>
#include <vector>

#include "study/report/svg.hpp"

namespace espalier::report {

/// The least interval around what was added; a diverged score of 1e200 lies outside and flattens
/// nothing.
struct Range {
  double low = 0.0, high = 0.0;
  bool empty = true;
  void add(const std::optional<double>& value);
};

/// From values to px, linear or by logarithm.
struct Scale {
  double low = 0.0, high = 1.0, from = 0.0, to = 1.0;
  bool logarithmic = false;
  double at(double value) const;
};

struct Tick {
  double value = 0.0;
  std::string label;
};

struct Frame {
  double x = 0.0, y = 0.0, width = 0.0, height = 0.0;
};

/// The range with a margin (none where it is a known one: `tight`), never of width 0.
Scale scale(Range range, double from, double to, bool tight = false);
/// By logarithm where all values are positive and the largest is ten times the smallest; else
/// linear.
Scale log_scale(Range range, double from, double to);

/// About `wanted` round values (1, 2 or 5 times a power of ten) within the scale.
std::vector<Tick> ticks(const Scale& scale, int wanted);

/// Grid, labels and name of the axis below and left of the frame.
void draw_x_axis(Canvas& canvas, const Frame& frame, const Scale& x, std::string_view name);
void draw_y_axis(Canvas& canvas, const Frame& frame, const Scale& y);

}  // namespace espalier::report
