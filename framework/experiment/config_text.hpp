#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "espalier/api.hpp"

namespace espalier {

/// What a text holds that YAML does not allow.
struct TextFault {
  std::size_t at = 0;   ///< byte; the size of the text where there is none
  std::string message;  ///< "expected UTF-8 text, found byte 0xff"; empty where there is none
};

/// The first byte that is neither UTF-8 nor printable: control characters other than tab, line feed
/// and carriage return before a line feed.
ESPALIER_API TextFault find_text_fault(std::string_view text);

}  // namespace espalier
