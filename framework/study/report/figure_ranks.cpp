// Critical-difference diagram (Demsar 2006, "Statistical Comparisons of Classifiers over Multiple
// Data Sets", figure 1): average ranks on a line, the best at the left; a bar joins those that lie
// within the critical difference.
#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "study/report/figure_list.hpp"
#include "study/report/format.hpp"
#include "study/report/scale.hpp"

namespace espalier::report {

namespace {

constexpr double kWidth = 720.0, kSide = 170.0, kAxisY = 56.0, kStep = 20.0, kBarStep = 9.0;
constexpr double kLeastRows = 5.0;  // ranks over fewer say nothing

struct Ranked {
  std::string label;
  double rank = 0.0;
};

/// The longest groups within `critical` of their first; none within another.
std::vector<std::pair<std::size_t, std::size_t>> cliques(const std::vector<Ranked>& all,
                                                         double critical) {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  std::size_t reached = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::size_t j = i;
    while (j + 1 < all.size() && all[j + 1].rank - all[i].rank <= critical) ++j;
    if (j > i && j > reached) found.emplace_back(i, j);
    reached = std::max(reached, j);
  }
  return found;
}

void draw_axis(Canvas& canvas, const Scale& x, double critical) {
  canvas.line(x.from, kAxisY, x.to, kAxisY, {.stroke = "ink"});
  for (double rank = x.low; rank <= x.high + 1e-9; rank += std::max(1.0, (x.high - x.low) / 12.0)) {
    const double at = x.at(std::floor(rank));
    canvas.line(at, kAxisY - 5.0, at, kAxisY, {.stroke = "ink"});
    canvas.text(at, kAxisY - 9.0, fixed(std::floor(rank), 0), {.size = 10, .anchor = "middle"});
  }
  const double end = x.at(std::min(x.low + critical, x.high));
  canvas.path(
      text::cat("M", px(x.from), " 18V26M", px(x.from), " 22H", px(end), "M", px(end), " 18V26"),
      {.stroke = "ink", .width = 1.5}, "critical");
  canvas.text(x.from, 13.0, "critical difference " + shown(critical), {.size = 10});
}

/// The better half is named at the left, the other at the right, lines not crossing.
void draw_names(Canvas& canvas, const std::vector<Ranked>& all, const Scale& x, double top) {
  const std::size_t half = (all.size() + 1) / 2;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool left = i < half;
    const double y = top + kStep * static_cast<double>(left ? i : all.size() - 1 - i);
    const double at = x.at(all[i].rank), end = left ? kSide - 8.0 : kWidth - kSide + 8.0;
    canvas.path(text::cat("M", px(at), " ", px(kAxisY), "V", px(y), "H", px(end)),
                {.stroke = "muted"}, "series");
    canvas.text(left ? end - 5.0 : end + 5.0, y + 4.0, fixed(all[i].rank, 2) + "  " + all[i].label,
                {.anchor = left ? "end" : "start"}, kSide - 16.0);
  }
}

}  // namespace

MadeFigure rank_figure(const Json& results, const Names& names) {
  const Json& ranks = part(results, "ranks");
  const auto critical = number(part(ranks, "critical_difference"));
  const auto rows = number(part(ranks, "rows"));
  std::vector<Ranked> all;
  for (const auto& [id, rank] : entries(part(ranks, "average"))) {
    if (const auto value = number(*rank)) all.push_back({names.label(id), *value});
  }
  if (!critical || all.size() < 2 || rows.value_or(kLeastRows) < kLeastRows) return {};
  std::ranges::stable_sort(all, {}, &Ranked::rank);
  const std::string title =
      text::cat("Average ranks", rows ? " over " + fixed(*rows, 0) + " rows" : std::string(),
                "; a bar joins what the critical difference does not tell apart");
  Canvas canvas(kWidth, title);
  const Scale x{1.0, std::max(static_cast<double>(all.size()), all.back().rank), kSide,
                kWidth - kSide};
  draw_axis(canvas, x, *critical);
  double y = kAxisY + 10.0;
  for (const auto& [first, last] : cliques(all, *critical)) {
    canvas.line(x.at(all[first].rank) - 4.0, y, x.at(all[last].rank) + 4.0, y,
                {.stroke = "s1", .width = 4.0});
    y += kBarStep;
  }
  draw_names(canvas, all, x, y + 10.0);
  canvas.grow(y + 20.0 + kStep * static_cast<double>((all.size() + 1) / 2));
  Table table{"", {"contender", "average rank"}, {}};
  if (const auto p = number(part(ranks, "friedman_p"))) table.caption = "Friedman p = " + shown(*p);
  for (const Ranked& one : all) table.rows.push_back({{{one.label}, cell(one.rank)}});
  return Figure{"ranks", title, canvas.str(), table};
}

}  // namespace espalier::report
