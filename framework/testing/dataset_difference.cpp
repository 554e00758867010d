#include "testing/dataset_difference.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace espalier::testing {

namespace {

std::string described(const ColumnData& column) {
  const bool integers = column.dtype == Dtype::integer;
  return text::cat("'", column.name, "' (", to_string(column.sample), " ",
                   integers ? "integers" : "real numbers",
                   integers ? text::cat(", ", column.classes, " classes") : "", ")");
}

std::string number_shown(real x) { return text::number(static_cast<double>(x)); }
std::string number_shown(std::int32_t x) { return std::to_string(x); }
bool same_number(real a, real b) { return a == b || (std::isnan(a) && std::isnan(b)); }
bool same_number(std::int32_t a, std::int32_t b) { return a == b; }

template <class Number>
std::string numbers_differ(const ColumnData& column, const std::vector<Number>& a,
                           const std::vector<Number>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (same_number(a[i], b[i])) continue;
    return text::cat("row ", static_cast<Index>(i) / column.sample.size(), " of '", column.name,
                     "' holds ", number_shown(a[i]), " and ", number_shown(b[i]));
  }
  return "";
}

}  // namespace

std::string first_other_column(const Dataset& a, const Dataset& b) {
  if (a.columns.size() != b.columns.size()) {
    return text::cat("there are ", a.columns.size(), " and ", b.columns.size(), " columns");
  }
  for (std::size_t c = 0; c < a.columns.size(); ++c) {
    const std::string first = described(a.columns[c]), second = described(b.columns[c]);
    if (first != second) return text::cat("column ", c + 1, " is ", first, " and ", second);
  }
  return "";
}

std::string first_difference(const Dataset& a, const Dataset& b) {
  if (a.rows != b.rows) return text::cat("there are ", a.rows, " and ", b.rows, " rows");
  std::string found = first_other_column(a, b);
  for (std::size_t c = 0; found.empty() && c < a.columns.size(); ++c) {
    const ColumnData &x = a.columns[c], &y = b.columns[c];
    found = numbers_differ(x, x.reals, y.reals);
    if (found.empty()) found = numbers_differ(x, x.integers, y.integers);
  }
  return found;
}

}  // namespace espalier::testing
