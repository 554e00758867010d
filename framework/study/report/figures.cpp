#include <array>

#include "study/report/figure_list.hpp"

namespace espalier {

std::vector<Figure> figures(const nlohmann::ordered_json& results) {
  using namespace report;
  static constexpr std::array kMakers = {
      interval_figure, heat_map_figure, transfer_figure, curve_figure, conflict_figure,
      weight_figure,   pareto_figure,   size_figure,     cost_figure,  rank_figure};
  const Names who = names(results);
  std::vector<Figure> all;
  for (const auto make : kMakers) {
    if (MadeFigure figure = make(results, who)) all.push_back(std::move(*figure));
  }
  return all;
}

}  // namespace espalier
