#pragma once

#include <map>
#include <string>
#include <vector>

#include "espalier/shape.hpp"

namespace espalier {

/// The safetensors file format: an 8-byte little-endian header length, a JSON header, the tensors
/// row-major and little-endian without holes. We write F32 (F64 in a build with double numbers),
/// each with a CRC-32 under "crc32:<name>" in `__metadata__`, and read back only what is whole.
struct NamedTensor {
  std::string name;
  Shape shape;
  const real* data = nullptr;
};

using Metadata = std::map<std::string, std::string>;

/// Writes atomically (see file::write_atomically). Tensors are stored in name order.
ESPALIER_API void write_safetensors(const std::string& path, std::vector<NamedTensor> tensors,
                                    const Metadata& metadata);

/// A file in memory. `find` gives a view into it, or nullptr.
class ESPALIER_API Safetensors {
 public:
  /// Throws DataError "[safetensors] path: ..." when anything is off: length, JSON, offsets,
  /// overlap, checksum.
  explicit Safetensors(const std::string& path);
  const NamedTensor* find(const std::string& name) const;
  const std::vector<NamedTensor>& tensors() const { return tensors_; }
  const Metadata& metadata() const { return metadata_; }

 private:
  std::string bytes_;
  std::vector<NamedTensor> tensors_;
  Metadata metadata_;
};

}  // namespace espalier
