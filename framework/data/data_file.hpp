#pragma once

#include <string>

#include "espalier/fields.hpp"

namespace espalier {

/// A file as it lies on the disk, and the SHA-256 of its bytes.
struct DataFile {
  std::string bytes;
  std::string digest;
};

/// Throws DataError with the place where the path was written in front.
DataFile read_data_file(const Path& path);

}  // namespace espalier
