#include "core/file.hpp"
#include "study/report/page.hpp"

namespace espalier::report {

namespace {

unsigned nibble(char hex) { return static_cast<unsigned>(hex <= '9' ? hex - '0' : hex - 'a' + 10); }

/// Base 64 (RFC 4648) of the bytes that `hex` stands for.
std::string base64_of_hex(std::string_view hex) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned held = 0, bits = 0;
  for (const char c : hex) {
    held = (held << 4U) | nibble(c);
    bits += 4;
    if (bits < 6) continue;
    bits -= 6;
    out += kDigits[(held >> bits) & 63U];
    held &= (1U << bits) - 1U;
  }
  if (bits > 0) out += kDigits[(held << (6U - bits)) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string sources(const std::vector<std::string>& inlined) {
  std::string out;
  for (const std::string& one : inlined) {
    out += " 'sha256-" + base64_of_hex(file::sha256(one)) + "'";
  }
  return out.empty() ? " 'none'" : out;
}

}  // namespace

std::string content_policy(const std::vector<std::string>& scripts,
                           const std::vector<std::string>& styles) {
  return "default-src 'none'; base-uri 'none'; form-action 'none'; script-src" + sources(scripts) +
         "; style-src" + sources(styles);
}

}  // namespace espalier::report
