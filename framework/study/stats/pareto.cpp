#include "study/stats/pareto.hpp"

#include <algorithm>

namespace espalier::stats {

namespace {

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool better = false;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k] < b[k]) return false;
    better = better || a[k] > b[k];
  }
  return better;
}

// Of the first `dimensions` coordinates. Between two neighbouring values of the last one, exactly
// the points at or above the upper value dominate.
double volume(Points points, const std::vector<double>& reference, std::size_t dimensions) {
  const std::size_t last = dimensions - 1;
  std::ranges::sort(points, [&](const auto& a, const auto& b) { return a[last] > b[last]; });
  if (dimensions == 1) return points.empty() ? 0.0 : points[0][0] - reference[0];
  double sum = 0.0;
  Points above;
  for (std::size_t i = 0; i < points.size(); ++i) {
    above.push_back(points[i]);
    const double floor = i + 1 < points.size() ? points[i + 1][last] : reference[last];
    const double height = points[i][last] - floor;
    if (height > 0.0) sum += height * volume(above, reference, last);
  }
  return sum;
}

}  // namespace

std::vector<char> pareto_front(const Points& points) {
  std::vector<char> front(points.size(), 1);
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (const auto& other : points) {
      if (dominates(other, points[i])) front[i] = 0;
    }
  }
  return front;
}

double hypervolume(const Points& points, const std::vector<double>& reference) {
  Points above;
  const std::vector<char> front = pareto_front(points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    bool counts = front[i] != 0;
    for (std::size_t k = 0; k < reference.size(); ++k) {
      counts = counts && points[i][k] > reference[k];
    }
    if (counts) above.push_back(points[i]);
  }
  return volume(std::move(above), reference, reference.size());
}

}  // namespace espalier::stats
