#include "study/report/heat_cells.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "study/report/format.hpp"
#include "study/report/svg.hpp"

namespace espalier::report {

namespace {

constexpr double kLabel = 180.0, kWidth = 720.0, kHead = 48.0, kHeight = 28.0, kFoot = 40.0;
constexpr double kWidest = 110.0, kNarrowest = 58.0;
// Okabe and Ito's orange and sky blue, far apart for every eye; black is read on both.
constexpr std::array<double, 3> kWorse = {230, 159, 0}, kSame = {247, 247, 247},
                                kBetter = {86, 180, 233};
const std::string kDark = "#1b1f23";

/// The colour of `share` in [-1, 1].
std::string diverging(double share) {
  const auto& end = share < 0.0 ? kWorse : kBetter;
  std::array<int, 3> mixed{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double value = kSame[c] + std::min(std::abs(share), 1.0) * (end[c] - kSame[c]);
    mixed[c] = static_cast<int>(std::lround(value));
  }
  std::array<char, 8> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "#%02x%02x%02x",
                static_cast<unsigned>(mixed[0]) & 255U, static_cast<unsigned>(mixed[1]) & 255U,
                static_cast<unsigned>(mixed[2]) & 255U);
  return buffer.data();
}

double largest(const HeatCells& heat) {
  double size = 0.0;
  for (const auto& row : heat.cells) {
    for (const Interval& cell : row) size = std::max(size, std::abs(cell.mean.value_or(0.0)));
  }
  return size;
}

void draw_cell(Canvas& canvas, double x, double y, double width, const Interval& cell,
               double most) {
  if (!cell.mean) {
    canvas.rect(x, y, width, kHeight, {.stroke = "grid"});
    return;
  }
  canvas.rect(x, y, width, kHeight,
              {.fill = diverging(most > 0.0 ? *cell.mean / most : 0.0), .stroke = "paper"});
  if (contains_zero(cell.low, cell.high)) canvas.hatch(x, y, width, kHeight);
  canvas.text(x + width / 2.0, y + kHeight / 2.0 + 4.0, percent(cell.mean),
              {.anchor = "middle", .colour = kDark});
}

Table heat_table(const HeatCells& heat) {
  Table table{"", {heat.corner, "column", "change", "low", "high"}, {}};
  for (std::size_t r = 0; r < heat.rows.size(); ++r) {
    for (std::size_t c = 0; c < heat.columns.size(); ++c) {
      const Interval& i = heat.cells[r][c];
      if (!i.mean) continue;
      table.rows.push_back({{{heat.rows[r]},
                             {heat.columns[c]},
                             {percent(i.mean), i.mean},
                             {percent(i.low), i.low},
                             {percent(i.high), i.high}}});
    }
  }
  return table;
}

}  // namespace

Figure heat_figure(const std::string& name, const std::string& title, const HeatCells& heat) {
  const auto columns = static_cast<double>(heat.columns.size());
  const double width = std::clamp((kWidth - kLabel) / columns, kNarrowest, kWidest);
  Canvas canvas(std::max(kWidth, kLabel + columns * width + 10.0), title);
  canvas.text(kLabel - 10.0, kHead - 8.0, heat.corner, {.anchor = "end", .colour = "muted"},
              kLabel - 14.0);
  const double most = largest(heat);
  for (std::size_t c = 0; c < heat.columns.size(); ++c) {
    canvas.text(kLabel + (static_cast<double>(c) + 0.5) * width, kHead - 8.0, heat.columns[c],
                {.anchor = "middle"}, width - 6.0);
  }
  double y = kHead;
  for (std::size_t r = 0; r < heat.rows.size(); ++r, y += kHeight) {
    canvas.text(kLabel - 10.0, y + kHeight / 2.0 + 4.0, heat.rows[r], {.anchor = "end"},
                kLabel - 14.0);
    for (std::size_t c = 0; c < heat.columns.size(); ++c) {
      draw_cell(canvas, kLabel + static_cast<double>(c) * width, y, width, heat.cells[r][c], most);
    }
  }
  canvas.text(kLabel, y + 22.0, "blue: better, orange: worse, hatched: the interval contains 0",
              {.size = 10, .colour = "muted"});
  canvas.grow(y + kFoot);
  return {name, title, canvas.str(), heat_table(heat)};
}

}  // namespace espalier::report
