#pragma once

#include <string>
#include <string_view>

#include "data/dataset.hpp"

namespace espalier {

/// What one IDX file holds.
struct IdxColumn {
  Index rows = 0;
  ColumnData data;  ///< the caller sets its name
};

/// Reads an IDX file's bytes, plain or gzip. One axis of whole numbers is a column of labels (at
/// least -1, classes = largest + 1), one axis of float or double a column of reals (1). Two axes
/// (n, w) give samples (w), three (n, h, w) give (h, w, 1), four (n, h, w, c) give (h, w, c); their
/// bytes are multiplied by `scale`, other types taken as they are. Throws DataError
/// "<where>: byte N: ...", N counted in the inflated content (in the file where gzip itself is
/// damaged).
ESPALIER_API IdxColumn parse_idx(std::string_view bytes, const std::string& where, double scale);

}  // namespace espalier
