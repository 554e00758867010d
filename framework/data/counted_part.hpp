#pragma once

#include <string_view>

#include "data/source.hpp"

namespace espalier {

/// The rows of a part that is a count: how generators are told how much to make. `example` ends the
/// ConfigError thrown for files and fractions: "a number of images such as 3000".
Index counted_rows(const DataPart& part, std::string_view example);

}  // namespace espalier
