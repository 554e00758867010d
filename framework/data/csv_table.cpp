#include "data/csv_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "core/text.hpp"
#include "data/csv_reader.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

std::string_view trimmed(std::string_view field) {
  const std::size_t begin = field.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return field.substr(begin, field.find_last_not_of(" \t") - begin + 1);
}

std::size_t find_column(const std::string& name, const std::vector<std::string>& header,
                        const std::string& where, std::string_view field) {
  const auto found = std::ranges::find(header, name);
  if (found == header.end()) {
    throw DataError(text::cat(where, ": ", field, ": expected a column of the header, found ",
                              text::quoted(name), text::suggestion(name, header)));
  }
  return static_cast<std::size_t>(found - header.begin());
}

/// A finite number that fits a real. from_chars knows no plus sign.
double read_number(const CsvReader& reader, std::size_t at, const std::string& name) {
  const std::string_view field = trimmed(reader.fields()[at]);
  std::string_view digits = field;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  double value = 0.0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value);
  const bool number = !digits.empty() && stopped == end && error != std::errc::invalid_argument;
  if (!number) {
    reader.refuse(at, text::cat("expected a number for '", name, "', found ", text::quoted(field)));
  }
  const bool finite = error == std::errc() &&
                      std::abs(value) <= static_cast<double>(std::numeric_limits<real>::max());
  if (!finite) {
    reader.refuse(
        at, text::cat("expected a finite number for '", name, "', found ", text::quoted(field)));
  }
  return value;
}

double read_label(const CsvReader& reader, std::size_t at, const std::string& name) {
  if (trimmed(reader.fields()[at]).empty()) return -1.0;
  const double value = read_number(reader, at, name);
  if (value != std::floor(value) || value < -1.0 ||
      value > static_cast<double>(std::numeric_limits<std::int32_t>::max() - 1)) {
    reader.refuse(at, text::cat("expected a label for '", name,
                                "', a whole number of at least -1 (missing), found ",
                                text::quoted(reader.fields()[at])));
  }
  return value;
}

std::vector<std::string> read_header(CsvReader& reader, const std::string& where) {
  if (!reader.next()) {
    throw DataError(text::cat(where, ": expected a header line, found an empty file"));
  }
  std::vector<std::string> header;
  std::set<std::string_view> seen;
  for (const std::string_view field : reader.fields()) {
    const std::string_view name = trimmed(field);
    if (name.empty()) reader.refuse(header.size(), "expected the name of a column, found nothing");
    if (!seen.insert(name).second) {
      reader.refuse(header.size(),
                    text::cat("expected every column once, found ", text::quoted(name), " twice"));
    }
    header.emplace_back(name);
  }
  return header;
}

}  // namespace

const CsvColumn& CsvTable::column(std::string_view name) const {
  return *std::ranges::find(columns, name, &CsvColumn::name);
}

std::vector<std::string> expand_columns(const std::vector<std::string>& words,
                                        const std::vector<std::string>& header,
                                        const std::string& where, std::string_view field) {
  std::vector<std::string> names;
  for (const std::string& word : words) {
    const std::size_t dots = word.find("..");
    if (dots == std::string::npos || std::ranges::find(header, word) != header.end()) {
      names.push_back(header[find_column(word, header, where, field)]);
      continue;
    }
    const std::size_t first = find_column(word.substr(0, dots), header, where, field);
    const std::size_t last = find_column(word.substr(dots + 2), header, where, field);
    if (first > last) {
      throw DataError(text::cat(where, ": ", field,
                                ": expected a range in the header's order, "
                                "found ",
                                text::quoted(word)));
    }
    for (std::size_t i = first; i <= last; ++i) names.push_back(header[i]);
  }
  return names;
}

std::vector<std::string> csv_header(std::string_view text, char separator,
                                    const std::string& where) {
  CsvReader reader(text, separator, where);
  return read_header(reader, where);
}

CsvTable parse_csv(std::string_view text, char separator, const std::string& where,
                   std::vector<CsvColumn> wanted) {
  CsvReader reader(text, separator, where);
  const std::vector<std::string> header = read_header(reader, where);
  std::vector<std::size_t> positions;
  for (const CsvColumn& column : wanted) {
    positions.push_back(find_column(column.name, header, where, "header"));
  }
  CsvTable table;
  table.columns = std::move(wanted);
  while (reader.next()) {
    const std::size_t found = reader.fields().size();
    if (found != header.size()) {
      throw DataError(text::cat(where, ": line ", reader.line(), ": expected ", header.size(),
                                " fields, found ", found));
    }
    for (std::size_t i = 0; i < positions.size(); ++i) {
      CsvColumn& column = table.columns[i];
      column.values.push_back(column.label ? read_label(reader, positions[i], column.name)
                                           : read_number(reader, positions[i], column.name));
    }
    ++table.rows;
  }
  if (table.rows == 0) {
    throw DataError(text::cat(where, ": expected rows below the header, found none"));
  }
  return table;
}

}  // namespace espalier
