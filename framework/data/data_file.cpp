#include "espalier/source.hpp"

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

DataFile read_data_file(const Path& path) {
  DataFile data;
  try {
    data.bytes = file::read(path.file);
  } catch (const DataError& error) {
    if (path.place.empty()) throw;
    throw DataError(text::cat(path.place, ": ", error.what()));
  }
  data.digest = file::sha256(data.bytes);
  return data;
}

}  // namespace espalier
