#pragma once

#include <string>

#include "experiment/affinity.hpp"

namespace espalier {

/// The strategy of `spec` with its options and the groups of `answer`, as YAML on one line.
std::string sharing_text(ExperimentSpec& spec, const AffinityAnswer& answer);

/// The matrix, and the groups as YAML for `sharing`.
ESPALIER_API std::string affinity_text(const AffinityAnswer& answer);

}  // namespace espalier
