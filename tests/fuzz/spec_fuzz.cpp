// Text of an experiment: either a ConfigError that says where, in one line, or a specification
// whose resolved text reads back to the same text. Anything else is a bug.
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "espalier/error.hpp"
#include "experiment/spec_read.hpp"
#include "experiment/spec_write.hpp"
#include "experiment/yaml_emit.hpp"
#include "experiment/yaml_parse.hpp"

namespace {

constexpr std::string_view kFile = "fuzz.yaml:";

bool takes_number(std::string_view& text) {
  std::size_t digits = 0;
  while (digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits])) != 0) {
    ++digits;
  }
  const bool good = digits > 0 && text[0] != '0' && text.substr(digits).starts_with(':');
  text.remove_prefix(good ? digits + 1 : 0);
  return good;
}

// "fuzz.yaml:LINE:COLUMN: ..." on one line
bool has_position(std::string_view text) {
  if (!text.starts_with(kFile) || text.find('\n') != std::string_view::npos) return false;
  text.remove_prefix(kFile.size());
  return takes_number(text) && takes_number(text) && text.starts_with(' ');
}

std::string resolved_text(std::string_view text, const std::string& file) {
  espalier::ExperimentSpec spec = espalier::read_spec(espalier::parse_yaml(text, file));
  return espalier::emit_yaml(espalier::resolved(spec));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string once;
  try {
    once = resolved_text(text, "fuzz.yaml");
  } catch (const espalier::ConfigError& error) {
    if (!has_position(error.what())) std::abort();
    return 0;
  }
  if (resolved_text(once, "elsewhere/resolved.yaml") != once) std::abort();
  return 0;
}
