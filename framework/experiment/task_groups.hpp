#pragma once

#include <span>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// How much task j gains, on average, from the others of its group: affinity[i * T + j] is what i
/// gives to j; a task alone gains nothing.
ESPALIER_API double group_gain(std::span<const double> affinity, std::size_t tasks,
                               std::span<const std::size_t> group);

/// The partition of the tasks into at most `most` groups with the largest total gain; of equal ones
/// the one with fewer groups. Exact: every partition is looked at. REQUIRES tasks <= 12.
ESPALIER_API std::vector<std::vector<std::size_t>> best_groups(std::span<const double> affinity,
                                                               std::size_t tasks, std::size_t most);

}  // namespace espalier
