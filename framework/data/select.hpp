#pragma once

#include <string>

#include "data/dataset.hpp"

namespace espalier {

/// Keeps the rows whose label in `column` stands in `ranges` ("10-35", "0-9,12"), and renumbers the
/// labels from 0 in ascending order; the column then has as many classes as `ranges` names. Missing
/// labels are dropped. `place` begins the text of every ConfigError.
ESPALIER_API Dataset select_labels(const Dataset& data, const std::string& column,
                                   const std::string& ranges, const std::string& place);

}  // namespace espalier
