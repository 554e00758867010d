#include "espalier/source.hpp"

#include <cmath>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

constexpr double kMostRows = 1e7;  // 30 GiB of small images: a larger number is a slip

}  // namespace

Index counted_rows(const DataPart& part, std::string_view example) {
  if (!part.number) {
    throw ConfigError(text::cat(part.place, ": expected ", example, ", found files"));
  }
  const double n = *part.number;
  if (!(n >= 1.0 && n <= kMostRows && n == std::floor(n))) {
    throw ConfigError(text::cat(part.place, ": expected ", example, ", found ", text::number(n)));
  }
  return static_cast<Index>(n);
}

}  // namespace espalier
