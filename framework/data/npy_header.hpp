#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// The header of a .npy file: "\x93NUMPY", version, length, and a Python dictionary such as
/// {'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), } padded with spaces.
struct NpyHeader {
  std::size_t width = 0;           ///< bytes of a number: 4 or 8
  std::vector<Index> extents;      ///< as written, any number of axes
  std::uint64_t shape_at = 0;      ///< position of the shape
  std::uint64_t header_bytes = 0;  ///< where the numbers begin
};

/// "(2, 3)", "(2,)", "()".
std::string shown_shape(const std::vector<Index>& extents);

/// Throws DataError "<where>: byte N: ...".
NpyHeader read_npy_header(std::string_view bytes, const std::string& where);

}  // namespace espalier
