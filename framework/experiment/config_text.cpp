#include "experiment/config_text.hpp"

#include <array>
#include <cstdio>

namespace espalier {

namespace {

// Bytes of the UTF-8 character at `i`, or 0 where there is none: overlong forms, surrogates and
// code points above U+10FFFF are none (RFC 3629, section 4).
std::size_t character_bytes(std::string_view text, std::size_t i) {
  const auto in = [&](std::size_t k, unsigned low, unsigned high) {
    const unsigned byte = i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U;
    return byte >= low && byte <= high;
  };
  const unsigned first = static_cast<unsigned char>(text[i]);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return in(1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool second = in(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
    return second && in(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool second = in(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
    return second && in(2, 0x80, 0xbf) && in(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

TextFault fault(std::size_t at, const char* expected, char found) {
  std::array<char, 80> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "expected %s, found byte 0x%02x", expected,
                static_cast<unsigned>(static_cast<unsigned char>(found)));
  return {at, buffer.data()};
}

bool is_allowed(std::string_view text, std::size_t i) {
  const char c = text[i];
  if (c == '\t' || c == '\n') return true;
  if (c == '\r') return i + 1 < text.size() && text[i + 1] == '\n';
  return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
}

}  // namespace

TextFault find_text_fault(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t bytes = character_bytes(text, i);
    if (bytes == 0) return fault(i, "UTF-8 text", text[i]);
    if (!is_allowed(text, i)) return fault(i, "printable text", text[i]);
    i += bytes;
  }
  return {text.size(), ""};
}

}  // namespace espalier
