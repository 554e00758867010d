#include <algorithm>
#include <numeric>
#include <set>

#include "study/report/lines.hpp"

namespace espalier::report {

namespace {

using Line = std::vector<std::optional<double>>;

/// Adds the places of the least and the largest value of `line` within [begin, end).
void add_extremes(const Line& line, std::size_t begin, std::size_t end,
                  std::set<std::size_t>& kept) {
  std::optional<std::size_t> least, most;
  for (std::size_t i = begin; i < std::min(end, line.size()); ++i) {
    if (!line[i]) continue;
    if (!least || *line[i] < *line[*least]) least = i;
    if (!most || *line[i] > *line[*most]) most = i;
  }
  if (least) kept.insert({*least, *most});
}

}  // namespace

std::vector<std::size_t> kept_points(const std::vector<Line>& lines, std::size_t limit) {
  std::size_t points = 0;
  for (const Line& line : lines) points = std::max(points, line.size());
  std::vector<std::size_t> all(points);
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (points <= limit || limit < 2) {
    all.resize(std::min(points, limit));
    return all;
  }
  std::set<std::size_t> kept = {0, points - 1};
  const std::size_t stretches = (limit - 2) / (2 * lines.size());
  for (std::size_t s = 0; s < stretches; ++s) {
    const std::size_t begin = s * points / stretches, end = (s + 1) * points / stretches;
    for (const Line& line : lines) add_extremes(line, begin, end, kept);
  }
  return {kept.begin(), kept.end()};
}

}  // namespace espalier::report
