#include "data/csv_dataset.hpp"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

/// Numbers become (x - shift) / scale.
struct Standard {
  double shift = 0.0;
  double scale = 1.0;
};

/// Mean and standard deviation over the given rows; a constant column keeps its scale.
Standard standard_of(const CsvColumn& column, std::span<const Index> rows) {
  const auto n = static_cast<double>(rows.size());
  double sum = 0.0;
  for (const Index row : rows) sum += column.values[static_cast<std::size_t>(row)];
  const double mean = sum / n;
  double squares = 0.0;
  for (const Index row : rows) {
    const double off = column.values[static_cast<std::size_t>(row)] - mean;
    squares += off * off;
  }
  const double deviation = std::sqrt(squares / n);
  return {mean, deviation > 0.0 ? deviation : 1.0};
}

ColumnData real_column(std::string name, Index width, std::size_t rows) {
  ColumnData column;
  column.name = std::move(name);
  column.sample = {width};
  column.reals.resize(rows * static_cast<std::size_t>(width));
  return column;
}

/// Writes a column of the table as number `at` of every sample.
void fill(ColumnData& to, std::size_t at, const CsvColumn& from, std::span<const Index> rows,
          const Standard& standard) {
  const auto width = static_cast<std::size_t>(to.sample.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double value = from.values[static_cast<std::size_t>(rows[i])];
    to.reals[i * width + at] = static_cast<real>((value - standard.shift) / standard.scale);
  }
}

ColumnData label_column(const CsvColumn& from, std::span<const Index> rows) {
  ColumnData column;
  column.name = from.name;
  column.sample = {1};
  column.dtype = Dtype::integer;
  for (const Index row : rows) {
    column.integers.push_back(
        static_cast<std::int32_t>(from.values[static_cast<std::size_t>(row)]));
  }
  // Over the whole file: a class may be absent from one of its parts.
  column.classes = static_cast<Index>(*std::ranges::max_element(from.values)) + 1;
  return column;
}

/// Several columns side by side.
ColumnData joined(std::string name, const std::vector<std::string>& names, const CsvRows& from,
                  const CsvRows* training) {
  ColumnData column =
      real_column(std::move(name), static_cast<Index>(names.size()), from.rows.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    Standard standard;
    if (training != nullptr) {
      standard = standard_of(training->table.column(names[i]), training->rows);
    }
    fill(column, i, from.table.column(names[i]), from.rows, standard);
  }
  return column;
}

}  // namespace

Dataset build_dataset(const CsvNames& names, const CsvRows& from, const CsvRows* training) {
  Dataset data;
  data.rows = static_cast<Index>(from.rows.size());
  data.columns.push_back(joined("inputs", names.inputs, from, training));
  for (const std::string& target : names.targets) {
    data.columns.push_back(joined(target, {target}, from, training));
  }
  if (!names.targets.empty()) {
    data.columns.push_back(joined("targets", names.targets, from, training));
  }
  for (const std::string& label : names.labels) {
    data.columns.push_back(label_column(from.table.column(label), from.rows));
  }
  return data;
}

}  // namespace espalier
