#include "data/idx.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "data/gzip.hpp"
#include "data/idx_format.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10U;  // bytes, a multiple of every element's size
constexpr std::uint64_t kFirstReserve = std::uint64_t{1} << 24U;

/// An unsigned number of `Bytes` bytes, big endian.
template <std::size_t Bytes>
std::uint64_t big_endian(const char* at) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < Bytes; ++i) bits = bits * 256 + static_cast<std::uint8_t>(at[i]);
  return bits;
}

double decode(IdxElement element, const char* at) {
  switch (element) {
    case IdxElement::ubyte:
      return static_cast<double>(big_endian<1>(at));
    case IdxElement::byte:
      return static_cast<std::int8_t>(big_endian<1>(at));
    case IdxElement::int16:
      return static_cast<std::int16_t>(big_endian<2>(at));
    case IdxElement::int32:
      return static_cast<std::int32_t>(big_endian<4>(at));
    case IdxElement::float32: {
      const auto bits = static_cast<std::uint32_t>(big_endian<4>(at));
      return static_cast<double>(std::bit_cast<float>(bits));
    }
    case IdxElement::float64:
      break;
  }
  return std::bit_cast<double>(big_endian<8>(at));
}

/// Calls use(chunk, position of its first byte) for the elements, a chunk at a time, and throws
/// unless there are exactly as many as promised.
template <class Use>
void for_each_chunk(ByteStream& stream, const IdxHeader& header, Use use) {
  std::vector<char> buffer(kChunk);
  std::uint64_t left = header.data_bytes();
  while (left > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, kChunk));
    const std::uint64_t start = stream.position();
    const std::size_t got = stream.read(std::span(buffer).first(wanted));
    if (got < wanted) {
      refuse_size(stream, header, std::to_string(stream.position() - header.header_bytes));
    }
    use(std::span<const char>(buffer).first(got), start);
    left -= got;
  }
  // Also reaches the gzip trailer: the checksum, and what may not follow it.
  if (stream.read(std::span(buffer).first(1)) > 0) refuse_size(stream, header, "more");
}

/// Memory for the numbers: all of it where the file is known to hold them, otherwise it grows with
/// what is inflated.
template <class Number>
void reserve(std::vector<Number>& numbers, const ByteStream& stream, const IdxHeader& header) {
  const std::uint64_t first =
      stream.compressed() ? std::min(header.elements, kFirstReserve) : header.elements;
  numbers.reserve(static_cast<std::size_t>(first));
}

void read_bytes(ByteStream& stream, const IdxHeader& header, double scale,
                std::vector<real>& reals) {
  std::array<real, 256> scaled{};
  for (std::size_t i = 0; i < scaled.size(); ++i) {
    scaled[i] = static_cast<real>(static_cast<double>(i) * scale);
  }
  for_each_chunk(stream, header, [&](std::span<const char> chunk, std::uint64_t) {
    for (const char byte : chunk) reals.push_back(scaled[static_cast<std::uint8_t>(byte)]);
  });
}

void read_reals(ByteStream& stream, const IdxHeader& header, std::vector<real>& reals) {
  const std::size_t width = size_of(header.element);
  for_each_chunk(stream, header, [&](std::span<const char> chunk, std::uint64_t start) {
    for (std::size_t at = 0; at < chunk.size(); at += width) {
      const double value = decode(header.element, chunk.data() + at);
      if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<real>::max()))) {
        throw DataError(text::cat(stream.where(), ": byte ", start + at,
                                  ": expected a finite number, found ", text::number(value)));
      }
      reals.push_back(static_cast<real>(value));
    }
  });
}

void read_labels(ByteStream& stream, const IdxHeader& header, ColumnData& column) {
  const std::size_t width = size_of(header.element);
  std::int32_t largest = -1;
  for_each_chunk(stream, header, [&](std::span<const char> chunk, std::uint64_t start) {
    for (std::size_t at = 0; at < chunk.size(); at += width) {
      const auto label = static_cast<std::int32_t>(decode(header.element, chunk.data() + at));
      if (label < -1) {
        throw DataError(text::cat(stream.where(), ": byte ", start + at,
                                  ": expected a label of at least -1 (missing), found ", label));
      }
      largest = std::max(largest, label);
      column.integers.push_back(label);
    }
  });
  column.classes = Index{largest} + 1;
}

Shape sample_shape(const IdxHeader& header) {
  if (header.extents.size() == 1) return {1};
  Shape sample(std::span(header.extents).subspan(1));
  if (sample.rank() == 2) sample.push_back(1);  // one channel
  return sample;
}

}  // namespace

IdxColumn parse_idx(std::string_view bytes, const std::string& where, double scale) {
  ByteStream stream(where, bytes);
  const IdxHeader header = read_idx_header(stream);
  IdxColumn read;
  read.rows = header.extents.front();
  ColumnData& column = read.data;
  column.sample = sample_shape(header);
  if (header.extents.size() == 1 && is_whole(header.element)) {
    column.dtype = Dtype::integer;
    reserve(column.integers, stream, header);
    read_labels(stream, header, column);
    return read;
  }
  reserve(column.reals, stream, header);
  if (header.element == IdxElement::ubyte) {
    read_bytes(stream, header, scale, column.reals);
  } else {
    read_reals(stream, header, column.reals);
  }
  return read;
}

}  // namespace espalier
