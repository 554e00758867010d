#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// Splits comma-separated text (RFC 4180; any other separator may be chosen) into records of
/// fields. Lines end in LF or CRLF; a quoted field may hold separators, line ends and doubled
/// quotes. A byte order mark in front and empty lines at the end are passed over. Throws DataError
/// "<where>: line N, column M: ...", both counted from 1, columns in fields.
class ESPALIER_API CsvReader {
 public:
  /// `text` must outlive the reader; `where` is "[csv] /path/of/the/file".
  CsvReader(std::string_view text, char separator, std::string where);

  /// Reads the next record; false at the end.
  bool next();
  /// Fields of the record, without quotes; valid until `next`.
  std::span<const std::string_view> fields() const { return fields_; }
  /// Line in which the record begins.
  std::size_t line() const { return line_; }

  /// Throws the error for field `column` (from 0) of the record.
  [[noreturn]] void refuse(std::size_t column, const std::string& sentence) const;

 private:
  void read_field();
  std::string_view read_quoted();
  bool only_line_ends_left() const;

  std::string_view left_;
  char separator_;
  std::string where_;
  std::size_t line_ = 0;
  std::size_t next_line_ = 1;
  std::vector<std::string_view> fields_;
  std::deque<std::string> unquoted_;  // fields that held doubled quotes
};

}  // namespace espalier
