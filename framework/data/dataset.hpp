#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "espalier/dataset.hpp"
#include "espalier/random.hpp"

namespace espalier {

/// The given rows, in the given order.
ESPALIER_API Dataset take_rows(const Dataset& data, std::span<const Index> rows);

/// The first n rows, or all where there are no more. REQUIRES: n > 0.
ESPALIER_API Dataset limit_rows(Dataset data, Index n);

/// `part` of the numbers 0..rows-1 chosen at random, and the `rest`; both ascending.
struct RowSplit {
  std::vector<Index> rest;
  std::vector<Index> part;
};

/// round(fraction * rows) of the rows for the part. `place` begins the text of the ConfigError
/// thrown where either side would be empty.
ESPALIER_API RowSplit split_rows(Index rows, double fraction, RandomStream random,
                                 std::string_view place);

/// The data of both sides of `split_rows`: (rest, part).
ESPALIER_API std::pair<Dataset, Dataset> split_off(const Dataset& data, double fraction,
                                                   RandomStream random,
                                                   std::string_view place = "[data]");

}  // namespace espalier
