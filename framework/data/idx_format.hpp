#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/gzip.hpp"

namespace espalier {

/// Element types by their code in the third byte of an IDX file; all are big endian.
enum class IdxElement : std::uint8_t {
  ubyte = 0x08,
  byte = 0x09,
  int16 = 0x0B,
  int32 = 0x0C,
  float32 = 0x0D,
  float64 = 0x0E,
};

std::size_t size_of(IdxElement element);
inline bool is_whole(IdxElement element) { return element <= IdxElement::int32; }

/// The header: two zero bytes, element type, number of axes, then each axis as 32 bits.
struct IdxHeader {
  IdxElement element = IdxElement::ubyte;
  std::vector<Index> extents;      ///< 1 to 4 of them, each at least 1
  std::uint64_t elements = 0;      ///< their product
  std::uint64_t header_bytes = 0;  ///< where the elements begin

  std::uint64_t data_bytes() const { return elements * size_of(element); }
};

/// Reads and checks the header, and checks that the stream can hold what it promises.
IdxHeader read_idx_header(ByteStream& stream);

/// Throws the DataError for content that is shorter or longer than promised.
[[noreturn]] void refuse_size(const ByteStream& stream, const IdxHeader& header,
                              const std::string& found);

}  // namespace espalier
