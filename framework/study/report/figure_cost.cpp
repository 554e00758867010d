// Bars of what each contender costs, a row of panels: parameters (dark: shared), FLOPs, seconds,
// memory.
#include <algorithm>
#include <array>

#include "study/report/figure_list.hpp"
#include "study/report/format.hpp"
#include "study/report/svg.hpp"

namespace espalier::report {

namespace {

constexpr double kWidth = 720.0, kLabel = 160.0, kRowHeight = 20.0, kTitle = 30.0, kGap = 10.0,
                 kNumber = 54.0;

struct Quantity {
  const char *key, *title;
  std::string (*form)(const std::optional<double>&);
};

constexpr std::array<Quantity, 4> kQuantities = {{{"parameters", "parameters", count},
                                                  {"flops", "FLOPs per example", count},
                                                  {"seconds", "training time", seconds},
                                                  {"memory_bytes", "peak memory", memory}}};

std::optional<double> cost_of(const ContenderName& contender, const char* key) {
  return number(part(part(*contender.json, "cost"), key));
}

void draw_bars(Canvas& canvas, const Quantity& quantity, const Names& names, double x,
               double width) {
  double most = 0.0;
  for (const auto& contender : names.contenders) {
    most = std::max(most, cost_of(contender, quantity.key).value_or(0.0));
  }
  canvas.text(x, 18.0, quantity.title, {.size = 11, .bold = true}, width);
  double y = kTitle;
  for (const ContenderName& contender : names.contenders) {
    const auto length = [&](const std::optional<double>& value) {
      return most > 0.0 ? std::max(value.value_or(0.0), 0.0) / most * (width - kNumber) : 0.0;
    };
    const auto value = cost_of(contender, quantity.key);
    canvas.rect(x, y + 3.0, length(value), kRowHeight - 6.0, {.fill = "s5"});
    if (quantity.key == std::string("parameters")) {
      const double shared = length(cost_of(contender, "shared_parameters"));
      canvas.rect(x, y + 3.0, std::min(shared, length(value)), kRowHeight - 6.0, {.fill = "s0"});
    }
    canvas.text(x + length(value) + 4.0, y + 14.0, quantity.form(value), {.size = 10});
    y += kRowHeight;
  }
}

}  // namespace

MadeFigure cost_figure(const Json& /*results*/, const Names& names) {
  Table table{"", {"contender"}, {}};
  std::vector<Quantity> known;
  for (const Quantity& quantity : kQuantities) {
    const bool any = std::ranges::any_of(names.contenders, [&](const ContenderName& contender) {
      return cost_of(contender, quantity.key).has_value();
    });
    if (any) known.push_back(quantity);
  }
  if (known.empty()) return {};
  const std::string title = "What each contender costs (dark: shared parameters)";
  Canvas canvas(kWidth, title);
  const double column = (kWidth - kLabel) / static_cast<double>(known.size());
  for (std::size_t q = 0; q < known.size(); ++q) {
    draw_bars(canvas, known[q], names, kLabel + static_cast<double>(q) * column, column - kGap);
    table.header.emplace_back(known[q].title);
  }
  table.header.emplace_back("shared parameters");
  double y = kTitle;
  for (const ContenderName& contender : names.contenders) {
    canvas.text(kLabel - 10.0, y + 14.0, contender.label,
                {.anchor = "end", .bold = contender.baseline}, kLabel - 16.0);
    y += kRowHeight;
    Row row{{{contender.label}}, contender.baseline};
    for (const Quantity& quantity : known) {
      const auto value = cost_of(contender, quantity.key);
      row.cells.push_back({quantity.form(value), value});
    }
    const auto shared = cost_of(contender, "shared_parameters");
    row.cells.push_back({count(shared), shared});
    table.rows.push_back(std::move(row));
  }
  canvas.grow(y + 10.0);
  return Figure{"cost", title, canvas.str(), table};
}

}  // namespace espalier::report
