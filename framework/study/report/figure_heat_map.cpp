#include "study/report/figure_list.hpp"
#include "study/report/heat_cells.hpp"

namespace espalier::report {

MadeFigure heat_map_figure(const Json& results, const Names& names) {
  HeatCells heat{"contender", {}, {}, {}};
  for (const TaskName& task : names.tasks) heat.columns.push_back(task.name);
  bool any = false;
  for (const auto& [id, changes] : entries(part(results, "relative"))) {
    heat.rows.push_back(names.label(id));
    std::vector<Interval>& row = heat.cells.emplace_back();
    for (const TaskName& task : names.tasks) {
      const Json& change = part(*changes, task.name);
      row.push_back({number(part(change, "change")),
                     number(part(change, "low")),
                     number(part(change, "high")),
                     {}});
      any = any || row.back().mean;
    }
  }
  if (!any) return {};
  return heat_figure("heat_map", "Change relative to the baseline, by task (positive is better)",
                     heat);
}

}  // namespace espalier::report
