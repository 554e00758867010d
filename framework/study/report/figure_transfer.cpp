#include "study/report/figure_list.hpp"
#include "study/report/heat_cells.hpp"

namespace espalier::report {

MadeFigure transfer_figure(const Json& results, const Names& /*names*/) {
  const Json& transfer = part(results, "transfer");
  HeatCells heat{"task, trained with", {}, {}, {}};
  for (const Json* task : list(part(transfer, "tasks"))) heat.rows.push_back(words(*task));
  heat.columns = heat.rows;
  bool any = false;
  for (std::size_t i = 0; i < heat.rows.size(); ++i) {
    std::vector<Interval>& row = heat.cells.emplace_back();
    for (std::size_t j = 0; j < heat.columns.size(); ++j) {
      const auto at = [&](const char* key) {
        return number(item(item(part(transfer, key), i), j));
      };
      row.push_back({at("change"), at("low"), at("high"), {}});
      any = any || row.back().mean;
    }
  }
  if (!any) return {};
  return heat_figure(
      "transfer", "Transfer: change of the row's task when the column's is trained with it", heat);
}

}  // namespace espalier::report
