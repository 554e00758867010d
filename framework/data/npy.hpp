#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// A matrix in double, row-major.
struct Matrix {
  Index rows = 0;
  Index columns = 0;
  std::vector<double> numbers;
};

/// Reads the bytes of a NumPy .npy file (versions 1 to 3): two axes of at least 1, C order, float32
/// or float64, little endian, all numbers finite. Throws DataError "<where>: byte N: ...".
ESPALIER_API Matrix parse_npy(std::string_view bytes, const std::string& where);

/// The same for a file; `where` is "[npy] PATH".
ESPALIER_API Matrix read_npy(const std::string& path);

}  // namespace espalier
