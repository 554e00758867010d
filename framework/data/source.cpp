#include "espalier/source.hpp"

#include "core/file.hpp"

// What a plugin's source links, in double too.
namespace espalier {

Source::~Source() = default;

const ColumnData* Dataset::find(std::string_view name) const {
  for (const ColumnData& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

std::string digest_of(std::span<const std::string> file_digests) {
  if (file_digests.size() == 1) return file_digests.front();
  std::string all;
  for (const std::string& digest : file_digests) all += digest;
  return file::sha256(all);
}

}  // namespace espalier
