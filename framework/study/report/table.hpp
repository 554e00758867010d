#pragma once

#include <optional>
#include <string>
#include <vector>

#include "espalier/api.hpp"

namespace espalier::report {

/// What is read, and the exact number behind it where there is one: CSV holds that.
struct Cell {
  std::string text;
  std::optional<double> value = {};
};

struct Row {
  std::vector<Cell> cells;
  bool marked = false;  ///< the baseline's
};

/// Text, unescaped: each form escapes for itself. The first column names the row.
struct Table {
  std::string caption;
  std::vector<std::string> header;
  std::vector<Row> rows;
};

/// A number as a cell: four digits to read, all of them in `value`.
ESPALIER_API Cell cell(const std::optional<double>& value);

/// <table> with <th scope>; numbers are <data value="...">. No style, no script.
ESPALIER_API std::string html(const Table& table);
ESPALIER_API std::string markdown(const Table& table);
/// A `tabular` of booktabs.
ESPALIER_API std::string tex(const Table& table);
/// RFC 4180: fields quoted where needed, lines end with CR LF.
ESPALIER_API std::string csv(const Table& table);

}  // namespace espalier::report
