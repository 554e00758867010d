#include "data/npy.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

#include "core/file.hpp"
#include "core/text.hpp"
#include "data/npy_header.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

std::uint64_t little_endian(const char* at, std::size_t bytes) {
  std::uint64_t bits = 0;
  for (std::size_t i = bytes; i > 0; --i) {
    bits = bits * 256 + static_cast<std::uint8_t>(at[i - 1]);
  }
  return bits;
}

double decode(const char* at, std::size_t width) {
  const std::uint64_t bits = little_endian(at, width);
  if (width == 8) return std::bit_cast<double>(bits);
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
}

// Two axes of at least 1 whose numbers are the rest of the file; no product is formed before it is
// known to be small.
void check_shape(const NpyHeader& header, std::uint64_t left, const std::string& where) {
  const std::string place = text::cat(where, ": byte ", header.shape_at, ": ");
  const std::vector<Index>& extents = header.extents;
  if (extents.size() != 2 || extents[0] == 0 || extents[1] == 0) {
    throw DataError(text::cat(place,
                              "expected two axes (rows, columns) of at least 1, found shape ",
                              shown_shape(extents)));
  }
  const auto rows = static_cast<std::uint64_t>(extents[0]);
  const auto columns = static_cast<std::uint64_t>(extents[1]);
  const std::uint64_t fit = left / header.width;
  if (rows > fit / columns || rows * columns * header.width != left) {
    throw DataError(text::cat(place, "header promises ", rows, " x ", columns, " numbers of ",
                              header.width, " bytes, file holds ", left, " bytes"));
  }
}

}  // namespace

Matrix parse_npy(std::string_view bytes, const std::string& where) {
  const NpyHeader header = read_npy_header(bytes, where);
  check_shape(header, bytes.size() - header.header_bytes, where);
  Matrix matrix;
  matrix.rows = header.extents[0];
  matrix.columns = header.extents[1];
  matrix.numbers.reserve(static_cast<std::size_t>(matrix.rows * matrix.columns));
  for (std::size_t at = header.header_bytes; at < bytes.size(); at += header.width) {
    const double number = decode(bytes.data() + at, header.width);
    if (!std::isfinite(number)) {
      throw DataError(text::cat(where, ": byte ", at, ": expected a finite number, found ",
                                text::number(number), " in row ",
                                matrix.numbers.size() / static_cast<std::size_t>(matrix.columns)));
    }
    matrix.numbers.push_back(number);
  }
  return matrix;
}

Matrix read_npy(const std::string& path) { return parse_npy(file::read(path), "[npy] " + path); }

}  // namespace espalier
