#include "study/report/scale.hpp"

#include <algorithm>
#include <cmath>

#include "study/report/format.hpp"

namespace espalier::report {

namespace {

constexpr double kMargin = 0.05;
constexpr double kDrawable = 1e150;  // differences and ratios of what is below stay finite

std::string tick_label(double value, double step) {
  const double size = std::abs(value);
  if (size >= 1e4 || step >= 1e4) {
    const std::string label = count(size);  // "10.0k", "2.00M"
    const std::size_t unit = std::min(label.find_first_of("kMG"), label.size());
    return (value < 0.0 ? "-" : "") + without_zeros(label.substr(0, unit)) + label.substr(unit);
  }
  const int decimals = static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
  return decimals > 6 ? shown(value) : fixed(value, std::max(decimals, 0));
}

double nice_step(double width, int wanted) {
  const double raw = width / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * 0.999) return factor * power;
  }
  return 10.0 * power;
}

/// 1, 2 and 5 in each decade, or powers of ten only where that would be too many.
std::vector<Tick> log_ticks(const Scale& scale, int wanted) {
  const double decades = std::log10(scale.high / scale.low);
  std::vector<double> factors = {1.0};
  if (3.0 * decades <= wanted + 1.0) factors = {1.0, 2.0, 5.0};
  std::vector<Tick> all;
  for (double p = std::floor(std::log10(scale.low)); p <= std::log10(scale.high); p += 1.0) {
    for (const double factor : factors) {
      const double value = factor * std::pow(10.0, p);
      if (value < scale.low * 0.999 || value > scale.high * 1.001) continue;
      all.push_back({value, tick_label(value, value)});
    }
  }
  return all;
}

}  // namespace

void Range::add(const std::optional<double>& value) {
  if (!value || std::abs(*value) > kDrawable) return;
  low = empty ? *value : std::min(low, *value);
  high = empty ? *value : std::max(high, *value);
  empty = false;
}

double Scale::at(double value) const {
  if (!logarithmic) return from + (value - low) / (high - low) * (to - from);
  const double ratio = std::max(value / low, 1e-9);  // what has no logarithm lies far outside
  return from + std::log(ratio) / std::log(high / low) * (to - from);
}

Scale scale(Range range, double from, double to, bool tight) {
  if (range.empty) range = {0.0, 1.0, false};
  const double width = range.high - range.low;
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  // A range narrower than rounding is a point.
  if (width <= 1e-9 * size || width == 0.0) {
    const double half = size > 0.0 ? 0.1 * size : 0.5;
    return {range.low - half, range.high + half, from, to};
  }
  const double margin = tight ? 0.0 : kMargin * width;
  return {range.low - margin, range.high + margin, from, to};
}

Scale log_scale(Range range, double from, double to) {
  if (range.empty || range.low <= 0.0 || range.high < 10.0 * range.low) {
    return scale(range, from, to);
  }
  const double margin = std::pow(range.high / range.low, kMargin);
  return {range.low / margin, range.high * margin, from, to, true};
}

std::vector<Tick> ticks(const Scale& scale, int wanted) {
  if (scale.logarithmic) return log_ticks(scale, wanted);
  const double step = nice_step(scale.high - scale.low, wanted);
  std::vector<Tick> all;
  const double first = std::ceil(scale.low / step - 1e-9);
  for (double i = first; i * step <= scale.high + 1e-9 * step; i += 1.0) {
    all.push_back({i * step, tick_label(i * step, step)});
    if (all.size() > 50) break;  // a step below the rounding of `i`
  }
  return all;
}

void draw_x_axis(Canvas& canvas, const Frame& frame, const Scale& x, std::string_view name) {
  const double bottom = frame.y + frame.height;
  for (const Tick& tick : ticks(x, static_cast<int>(frame.width / 60.0) + 1)) {
    const double at = x.at(tick.value);
    canvas.line(at, frame.y, at, bottom, {.stroke = "grid"});
    canvas.text(at, bottom + 14.0, tick.label, {.size = 10, .anchor = "middle", .colour = "muted"});
  }
  canvas.line(frame.x, bottom, frame.x + frame.width, bottom, {.stroke = "muted"});
  if (!name.empty()) {
    canvas.text(frame.x + frame.width / 2.0, bottom + 28.0, name,
                {.size = 10, .anchor = "middle", .colour = "muted"}, frame.width);
  }
}

void draw_y_axis(Canvas& canvas, const Frame& frame, const Scale& y) {
  for (const Tick& tick : ticks(y, static_cast<int>(frame.height / 36.0) + 1)) {
    const double at = y.at(tick.value);
    canvas.line(frame.x, at, frame.x + frame.width, at, {.stroke = "grid"});
    canvas.text(frame.x - 6.0, at + 3.5, tick.label,
                {.size = 10, .anchor = "end", .colour = "muted"});
  }
  canvas.line(frame.x, frame.y, frame.x, frame.y + frame.height, {.stroke = "muted"});
}

}  // namespace espalier::report
