#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// A column that is wanted, and how its fields are read: as numbers, or as labels (whole numbers of
/// at least -1; an empty field is the missing label -1).
struct CsvColumn {
  std::string name;
  bool label = false;
  std::vector<double> values;
};

/// Columns of one file over the same rows.
struct CsvTable {
  Index rows = 0;
  std::vector<CsvColumn> columns;

  const CsvColumn& column(std::string_view name) const;
};

/// Names of columns: "q3" is itself, "q1..q7" all from q1 to q7 as they stand in the header.
/// `field` ("inputs") is named in the DataError.
ESPALIER_API std::vector<std::string> expand_columns(const std::vector<std::string>& words,
                                                     const std::vector<std::string>& header,
                                                     const std::string& where,
                                                     std::string_view field);

/// The header line.
ESPALIER_API std::vector<std::string> csv_header(std::string_view text, char separator,
                                                 const std::string& where);

/// Reads the wanted columns; all rows must have as many fields as the header. Throws DataError.
ESPALIER_API CsvTable parse_csv(std::string_view text, char separator, const std::string& where,
                                std::vector<CsvColumn> wanted);

}  // namespace espalier
