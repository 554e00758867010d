#pragma once

#include <string>
#include <string_view>

#include "espalier/api.hpp"

namespace espalier {

/// `raw` as text of XML and HTML, or of a quoted attribute there.
ESPALIER_API std::string xml_text(std::string_view raw);

}  // namespace espalier
