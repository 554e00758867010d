#include "data/idx_format.hpp"

#include <array>
#include <cstdio>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 34U;
constexpr std::size_t kMostAxes = 4;

[[noreturn]] void refuse(const ByteStream& stream, std::uint64_t byte,
                         const std::string& sentence) {
  throw DataError(text::cat(stream.where(), ": byte ", byte, ": ", sentence));
}

std::string hex(std::uint8_t byte) {
  std::array<char, 8> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "0x%02x", byte);
  return buffer.data();
}

std::array<std::uint8_t, 4> read_word(ByteStream& stream) {
  std::array<char, 4> raw{};
  const std::uint64_t start = stream.position();
  const std::size_t got = stream.read(raw);
  if (got < raw.size()) {
    refuse(stream, start + got, "expected the rest of the IDX header, found the end of the data");
  }
  std::array<std::uint8_t, 4> word{};
  for (std::size_t i = 0; i < word.size(); ++i) word[i] = static_cast<std::uint8_t>(raw[i]);
  return word;
}

IdxElement checked_element(const ByteStream& stream, std::uint8_t code) {
  switch (static_cast<IdxElement>(code)) {
    case IdxElement::ubyte:
    case IdxElement::byte:
    case IdxElement::int16:
    case IdxElement::int32:
    case IdxElement::float32:
    case IdxElement::float64:
      return static_cast<IdxElement>(code);
  }
  refuse(stream, 2,
         text::cat("expected an element type (0x08 ubyte, 0x09 byte, 0x0b short, 0x0c int, 0x0d "
                   "float or 0x0e double), found ",
                   hex(code)));
}

std::string shown_extents(const IdxHeader& header) {
  std::string shown;
  for (const Index extent : header.extents) {
    if (!shown.empty()) shown += " x ";
    shown += std::to_string(extent);
  }
  return shown;
}

void check_product(const ByteStream& stream, IdxHeader& header) {
  header.elements = 1;
  for (const Index extent : header.extents) {
    if (extent == 0) {
      refuse(stream, 4, text::cat("expected axes of at least 1, found ", shown_extents(header)));
    }
    const auto factor = static_cast<std::uint64_t>(extent);
    if (header.elements > kMostBytes / size_of(header.element) / factor) {
      refuse(stream, 4,
             text::cat("expected at most ", text::bytes(static_cast<double>(kMostBytes)),
                       " of data, found axes of ", shown_extents(header)));
    }
    header.elements *= factor;
  }
}

}  // namespace

std::size_t size_of(IdxElement element) {
  switch (element) {
    case IdxElement::ubyte:
    case IdxElement::byte:
      return 1;
    case IdxElement::int16:
      return 2;
    case IdxElement::int32:
    case IdxElement::float32:
      return 4;
    case IdxElement::float64:
      break;
  }
  return 8;
}

void refuse_size(const ByteStream& stream, const IdxHeader& header, const std::string& found) {
  const std::string extents = shown_extents(header);
  const std::string bytes = std::to_string(header.data_bytes());
  refuse(stream, 4,
         text::cat("header promises ", extents, extents == bytes ? "" : text::cat(" = ", bytes),
                   " bytes, file holds ", found));
}

IdxHeader read_idx_header(ByteStream& stream) {
  const auto magic = read_word(stream);
  if (magic[0] != 0 || magic[1] != 0) {
    refuse(stream, 0,
           text::cat("expected the two zero bytes that begin an IDX file, found ", hex(magic[0]),
                     " ", hex(magic[1])));
  }
  IdxHeader header;
  header.element = checked_element(stream, magic[2]);
  if (magic[3] < 1 || magic[3] > kMostAxes) {
    refuse(stream, 3, text::cat("expected 1 to ", kMostAxes, " axes, found ", int{magic[3]}));
  }
  for (std::size_t axis = 0; axis < magic[3]; ++axis) {
    Index extent = 0;
    for (const std::uint8_t byte : read_word(stream)) extent = extent * 256 + byte;
    header.extents.push_back(extent);
  }
  check_product(stream, header);
  header.header_bytes = stream.position();
  const std::uint64_t left = stream.at_most_left();
  const bool plain = !stream.compressed();
  if (header.data_bytes() > left || (plain && header.data_bytes() < left)) {
    refuse_size(stream, header, plain ? std::to_string(left) : text::cat("at most ", left));
  }
  return header;
}

}  // namespace espalier
