// module: data
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/shape.hpp"
#include "espalier/tensor.hpp"

namespace espalier {

/// @addtogroup sources
/// @{

/// One named column of a data set: `rows` samples of shape `sample` ((28, 28, 1) for an image, (1)
/// for a label), held as reals or as integers.
struct ColumnData {
  std::string name = {};                    ///< "images", "label", "inputs", "torque1"
  Shape sample = {};                        ///< shape of one sample, without the rows axis
  Dtype dtype = Dtype::floating;            ///< which of the two vectors below holds the numbers
  std::vector<real> reals = {};             ///< dtype floating: rows * sample.size() numbers
  std::vector<std::int32_t> integers = {};  ///< dtype integer: likewise; -1 = label missing
  /// dtype integer: largest value + 1, or the source's own count (a part may lack some); a plugin
  /// may leave it 0 for the former
  Index classes = 0;
};

/// A data set in memory: columns over the same rows, under different names.
struct ESPALIER_API Dataset {
  Index rows = 0;                   ///< samples, in every column
  std::vector<ColumnData> columns;  ///< of different names
  /// SHA-256 of what was read (see `digest_of`), or of what a generator made; where a plugin leaves
  /// it empty, the framework forms it from the columns.
  std::string digest;
  bool synthetic = false;  ///< made by a generator, not measured: said wherever results are shown

  /// The column called `name`, or nullptr.
  const ColumnData* find(std::string_view name) const;
};
/// @}

}  // namespace espalier
