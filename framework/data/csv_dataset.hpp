#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/csv_table.hpp"
#include "data/dataset.hpp"

namespace espalier {

/// What the columns of a csv file are for; every column has one use.
struct CsvNames {
  std::vector<std::string> inputs;
  std::vector<std::string> targets;
  std::vector<std::string> labels;
};

/// Some rows of a table.
struct CsvRows {
  const CsvTable& table;
  std::span<const Index> rows;
};

/// The given rows as columns "inputs" (n), every target by its name (1), "targets" (n) and every
/// label by its name (1). Where `training` is given, inputs and targets are shifted and scaled so
/// that over its rows they have mean 0 and standard deviation 1 (a constant column is only
/// shifted).
Dataset build_dataset(const CsvNames& names, const CsvRows& from, const CsvRows* training);

}  // namespace espalier
