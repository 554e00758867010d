#pragma once

#include <optional>
#include <span>
#include <vector>

#include "espalier/api.hpp"

namespace espalier::stats {

/// Ranks from 1 for the smallest; equal values have their mean rank.
ESPALIER_API std::vector<double> ranks_of(std::span<const double> values);

/// Sum of t^3 - t over groups of t equal values: what ties take from a variance of ranks.
double tie_sum(std::vector<double> values);

/// How methods rank over rows (tasks, data sets). Demsar 2006, JMLR 7.
struct RankResult {
  std::vector<double> average;                ///< of each method, 1 is best
  double friedman_p;                          ///< with tie correction; NaN where all rows are ties
  std::optional<double> critical_difference;  ///< Nemenyi's, at 0.05; up to 30 methods
};

/// scores[row][method], more is better. REQUIRES two rows and two methods.
ESPALIER_API RankResult rank_methods(const std::vector<std::vector<double>>& scores);

}  // namespace espalier::stats
