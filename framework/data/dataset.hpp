#pragma once

#include <string>
#include <vector>

#include "espalier/shape.hpp"
#include "espalier/tensor.hpp"

namespace espalier {

/// One named column of a data set: `rows` samples of shape `sample` ((28, 28, 1) for an image, (1)
/// for a label), held as reals or as integers.
struct ColumnData {
  std::string name;  ///< "images", "label", "inputs", "torque1"
  Shape sample;      ///< shape of one sample, without the rows axis
  Dtype dtype = Dtype::floating;
  std::vector<real> reals;             ///< dtype real: rows * sample.size() numbers
  std::vector<std::int32_t> integers;  ///< dtype index; -1 = label missing
  Index classes = 0;  ///< dtype index: largest value + 1 (or the source's own count)
};

/// A data set in memory: columns over the same rows.
struct Dataset {
  Index rows = 0;
  std::vector<ColumnData> columns;
  std::string digest;      ///< SHA-256 over all file bytes (or over the generator's parameters)
  bool synthetic = false;  ///< made by a generator, not measured: said wherever results are shown

  /// The column called `name`, or nullptr.
  const ColumnData* find(std::string_view name) const;
};

}  // namespace espalier
