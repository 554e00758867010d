#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "espalier/random.hpp"
#include "espalier/shape.hpp"
#include "espalier/tensor.hpp"

namespace espalier {

/// One named column of a data set: `rows` samples of shape `sample` ((28, 28, 1) for an image, (1)
/// for a label), held as reals or as integers.
struct ColumnData {
  std::string name;  ///< "images", "label", "inputs", "torque1"
  Shape sample;      ///< shape of one sample, without the rows axis
  Dtype dtype = Dtype::floating;
  std::vector<real> reals;             ///< dtype floating: rows * sample.size() numbers
  std::vector<std::int32_t> integers;  ///< dtype integer: likewise; -1 = label missing
  Index classes = 0;  ///< dtype integer: largest value + 1 (or the source's own count)
};

/// A data set in memory: columns over the same rows.
struct ESPALIER_API Dataset {
  Index rows = 0;
  std::vector<ColumnData> columns;
  std::string digest;      ///< SHA-256 (see `digest_of`), or of a generator's images
  bool synthetic = false;  ///< made by a generator, not measured: said wherever results are shown

  /// The column called `name`, or nullptr.
  const ColumnData* find(std::string_view name) const;
};

/// Name for the bytes of one or several files: the SHA-256 of a single one, otherwise the SHA-256
/// of the files' digests written one after the other.
ESPALIER_API std::string digest_of(std::span<const std::string> file_digests);

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
