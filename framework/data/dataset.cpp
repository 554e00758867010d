#include "data/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.hpp"
#include "data/stream.hpp"
#include "espalier/error.hpp"

namespace espalier {

Dataset take_rows(const Dataset& data, std::span<const Index> rows) {
  Dataset taken;
  taken.rows = static_cast<Index>(rows.size());
  taken.digest = data.digest;
  taken.synthetic = data.synthetic;
  for (const ColumnData& column : data.columns) {
    ColumnData part;
    part.name = column.name;
    part.sample = column.sample;
    part.dtype = column.dtype;
    part.classes = column.classes;
    const std::size_t numbers = rows.size() * static_cast<std::size_t>(column.sample.size());
    if (column.dtype == Dtype::floating) {
      part.reals.resize(numbers);
      gather(column, rows, part.reals.data());
    } else {
      part.integers.resize(numbers);
      gather(column, rows, part.integers.data());
    }
    taken.columns.push_back(std::move(part));
  }
  return taken;
}

Dataset limit_rows(Dataset data, Index n) {
  if (n >= data.rows) return data;
  for (ColumnData& column : data.columns) {
    const auto numbers = static_cast<std::size_t>(n * column.sample.size());
    if (column.dtype == Dtype::floating) {
      column.reals.resize(numbers);
      column.reals.shrink_to_fit();
    } else {
      column.integers.resize(numbers);
    }
  }
  data.rows = n;
  return data;
}

RowSplit split_rows(Index rows, double fraction, RandomStream random, std::string_view place) {
  const auto part = static_cast<Index>(std::llround(fraction * static_cast<double>(rows)));
  if (part < 1 || part >= rows) {
    throw ConfigError(text::cat(place,
                                ": expected a fraction that leaves rows on both sides, found ",
                                text::number(fraction), " of ", rows, " rows"));
  }
  std::vector<Index> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), Index{0});
  shuffle(order, random);
  const auto middle = order.begin() + part;
  RowSplit split;
  split.part.assign(order.begin(), middle);
  split.rest.assign(middle, order.end());
  std::ranges::sort(split.part);
  std::ranges::sort(split.rest);
  return split;
}

std::pair<Dataset, Dataset> split_off(const Dataset& data, double fraction, RandomStream random,
                                      std::string_view place) {
  const RowSplit split = split_rows(data.rows, fraction, random, place);
  return {take_rows(data, split.rest), take_rows(data, split.part)};
}

}  // namespace espalier
