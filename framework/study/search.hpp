#pragma once

#include <optional>

#include "study/contender.hpp"
#include "study/store.hpp"

namespace espalier {

/// The points that a contender searches: all combinations of `search.over`, or `trials` of them
/// drawn at random, the same for everyone. An option of a method (`balance.cagrad.c`) counts only
/// where `experiment` uses that method. One empty point where there is nothing to search.
std::vector<std::vector<Setting>> search_points(const Study& study, const ConfigNode& experiment);

struct SearchState {
  std::optional<std::size_t> best;  ///< nothing while a run is missing
  std::string failure;              ///< the first run's, where every point has failed
};

/// The point whose runs (ids[point]) do best on validation: the measure of each task relative to
/// its mean over all points, signed so that more is better, averaged over tasks and seeds; failed
/// runs disqualify their point. Throws ConfigError where no validation rows were split off.
SearchState best_point(const Study& study, const Store& store,
                       const std::vector<std::vector<std::string>>& ids);

}  // namespace espalier
