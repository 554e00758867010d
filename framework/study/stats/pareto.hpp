#pragma once

#include <vector>

#include "espalier/api.hpp"

namespace espalier::stats {

using Points = std::vector<std::vector<double>>;

/// Whether each point is on the front: no other is at least as good everywhere and better
/// somewhere. More is better in every coordinate.
ESPALIER_API std::vector<char> pareto_front(const Points& points);

/// Volume of what the points dominate above `reference` (Zitzler & Thiele 1998), exact, by slicing
/// along the last coordinate. Points that are not above it count nothing.
ESPALIER_API double hypervolume(const Points& points, const std::vector<double>& reference);

}  // namespace espalier::stats
