#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "espalier/error.hpp"
#include "plugin/elf_stamp.hpp"
#include "plugin/handshake.hpp"

// Bytes that claim to be a plugin: either a stamp is found, or a PluginError of one sentence says
// why not. Nothing else may escape, and nothing may be read outside the bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const std::string stamp = espalier::read_stamp("fuzz.so", bytes);
    espalier::check_stamp("fuzz.so", stamp, "");
  } catch (const espalier::PluginError& e) {
    const std::string_view text = e.what();
    const bool one_sentence = text.find('\n') == std::string_view::npos;
    if (text.substr(0, 17) != "[plugin fuzz.so] " || !one_sentence) std::abort();
  }
  return 0;
}
