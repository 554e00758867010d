#pragma once

#include "study/report/names.hpp"
#include "study/report/report.hpp"

namespace espalier::report {

/// Each draws one figure, or nothing where the document has not its numbers.
using MadeFigure = std::optional<Figure>;

MadeFigure interval_figure(const Json& results, const Names& names);
MadeFigure heat_map_figure(const Json& results, const Names& names);
MadeFigure transfer_figure(const Json& results, const Names& names);
MadeFigure curve_figure(const Json& results, const Names& names);
MadeFigure conflict_figure(const Json& results, const Names& names);
MadeFigure weight_figure(const Json& results, const Names& names);
MadeFigure pareto_figure(const Json& results, const Names& names);
MadeFigure size_figure(const Json& results, const Names& names);
MadeFigure cost_figure(const Json& results, const Names& names);
MadeFigure rank_figure(const Json& results, const Names& names);

}  // namespace espalier::report
