#pragma once

#include "study/report/json.hpp"
#include "study/report/report.hpp"

namespace espalier::report {

/// A matrix of relative changes; a cell may be unknown, its interval too.
struct HeatCells {
  std::string corner;  ///< what the rows are
  std::vector<std::string> rows, columns;
  std::vector<std::vector<Interval>> cells;  ///< [row][column]
};

/// Cells from orange (worst) over white (0) to sky blue (best) with their number, hatched where the
/// interval contains 0. The scale is symmetric: both ends are the largest size of a change.
Figure heat_figure(const std::string& name, const std::string& title, const HeatCells& heat);

}  // namespace espalier::report
