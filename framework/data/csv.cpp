#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.hpp"
#include "data/csv_dataset.hpp"
#include "data/csv_table.hpp"
#include "data/gzip.hpp"
#include "data/make.hpp"
#include "espalier/error.hpp"
#include "espalier/source.hpp"

namespace espalier {

namespace {

constexpr std::uint64_t kMostText = std::uint64_t{1} << 32U;

/// The wanted columns of one file.
struct Loaded {
  CsvNames names;
  CsvTable table;
  std::string digest;
};

class Csv final : public Source {
 public:
  void fields(Fields& fields) override;
  Dataset read(DataRole role, const DataParts& parts) const override;

 private:
  char separator() const { return separator_.front(); }
  CsvNames names(std::string_view text, const std::string& where) const;
  Loaded load(const Path& path) const;
  RowSplit divide(const CsvTable& table, const DataParts& parts) const;

  Path file_;
  std::vector<std::string> inputs_;
  std::vector<std::string> targets_;
  std::vector<std::string> labels_;
  std::string separator_ = ",";
  bool standardise_ = true;
  Index split_seed_ = 0;
};

void Csv::fields(Fields& fields) {
  fields.path({"file", "the training data, and the test data where `test` is a fraction", true},
              file_);
  fields.words({"inputs", "columns joined as 'inputs'; 'q1..q7' names all from q1 to q7", true},
               inputs_);
  fields.words({"targets", "columns of numbers, each by its name and all joined as 'targets'"},
               targets_);
  fields.words({"labels", "columns of whole numbers from 0, -1 or empty where missing"}, labels_);
  fields.word({"separator", "the character between two fields"}, separator_);
  fields.flag({"standardise",
               "shift and scale inputs and targets to mean 0 and standard deviation 1 over the "
               "training rows"},
              standardise_);
  fields.integer({"split_seed", "chooses the test rows where `test` is a fraction"}, split_seed_,
                 {.at_least = 0});
  if (separator_.size() != 1 || separator_ == "\"" || separator_ == "\n" || separator_ == "\r") {
    fields.refuse("separator", text::cat("expected one character other than a quote or a line end, "
                                         "found ",
                                         text::quoted(separator_)));
  }
}

/// Every column has one use, and none is called like the joined ones.
void check_names(const CsvNames& names, const std::string& where) {
  std::vector<std::string> seen;
  for (const auto* group : {&names.inputs, &names.targets, &names.labels}) {
    for (const std::string& name : *group) {
      if (std::ranges::find(seen, name) != seen.end()) {
        throw DataError(text::cat(where, ": expected one use of every column, found '", name,
                                  "' twice among inputs, targets and labels"));
      }
      seen.push_back(name);
      if (group != &names.inputs && (name == "inputs" || name == "targets")) {
        throw DataError(text::cat(where, ": expected targets and labels of other names than '",
                                  name, "', which the joined columns have"));
      }
    }
  }
}

CsvNames Csv::names(std::string_view text, const std::string& where) const {
  const std::vector<std::string> header = csv_header(text, separator(), where);
  CsvNames names;
  names.inputs = expand_columns(inputs_, header, where, "inputs");
  names.targets = expand_columns(targets_, header, where, "targets");
  names.labels = expand_columns(labels_, header, where, "labels");
  if (names.inputs.empty()) throw ConfigError(text::cat(where, ": expected inputs, found none"));
  if (names.targets.empty() && names.labels.empty()) {
    throw ConfigError(text::cat(where, ": expected targets or labels, found none"));
  }
  check_names(names, where);
  return names;
}

Loaded Csv::load(const Path& path) const {
  DataFile file = read_data_file(path);
  const std::string where = "[csv] " + path.file;
  const std::string text = inflate_all(std::move(file.bytes), where, kMostText);
  Loaded loaded;
  loaded.names = names(text, where);
  std::vector<CsvColumn> columns;
  for (const std::string& name : loaded.names.inputs) columns.push_back({name, false, {}});
  for (const std::string& name : loaded.names.targets) columns.push_back({name, false, {}});
  for (const std::string& name : loaded.names.labels) columns.push_back({name, true, {}});
  loaded.table = parse_csv(text, separator(), where, std::move(columns));
  loaded.digest = std::move(file.digest);
  return loaded;
}

[[noreturn]] void refuse_part(DataRole role, const DataPart* part, const std::string& sentence) {
  const std::string place = part != nullptr
                                ? part->place
                                : text::cat("[csv] ", role == DataRole::train ? "train" : "test");
  throw ConfigError(text::cat(place, ": ", sentence));
}

/// Training rows (`rest`) and test rows (`part`) of the main file. Both are needed for either part:
/// the training rows are those that are not test rows, and they standardise the test rows.
RowSplit Csv::divide(const CsvTable& table, const DataParts& parts) const {
  RowSplit split;
  if (parts.test != nullptr && parts.test->number) {
    const double fraction = *parts.test->number;
    if (!(fraction > 0.0 && fraction < 1.0)) {
      refuse_part(DataRole::test, parts.test,
                  text::cat("expected a fraction of the rows between 0 and 1, found ",
                            text::number(fraction)));
    }
    const RandomStream random(static_cast<std::uint64_t>(split_seed_), "split/test");
    split = split_rows(table.rows, fraction, random, parts.test->place);
  } else {
    split.rest.resize(static_cast<std::size_t>(table.rows));
    std::iota(split.rest.begin(), split.rest.end(), Index{0});
  }
  if (parts.train == nullptr) return split;
  if (!parts.train->number) {
    refuse_part(DataRole::train, parts.train,
                "expected nothing or a number of rows (the file is named by `file`), found files");
  }
  const double n = *parts.train->number;
  if (!(n >= 1.0 && n <= static_cast<double>(split.rest.size()) && n == std::floor(n))) {
    refuse_part(DataRole::train, parts.train,
                text::cat("expected a number of rows from 1 to ", split.rest.size(), ", found ",
                          text::number(n)));
  }
  split.rest.resize(static_cast<std::size_t>(n));
  return split;
}

/// The file that `test` names.
const Path& test_file(const DataPart* part) {
  if (part == nullptr) {
    refuse_part(DataRole::test, part,
                "expected a fraction of the rows such as 0.1 or { file: F }, found nothing");
  }
  for (const auto& [name, path] : part->files) {
    if (name != "file") {
      refuse_part(DataRole::test, part, text::cat("expected { file: F }, found '", name, "'"));
    }
  }
  if (part->files.empty()) refuse_part(DataRole::test, part, "expected { file: F }, found nothing");
  return part->files.begin()->second;
}

Dataset Csv::read(DataRole role, const DataParts& parts) const {
  const Loaded main = load(file_);
  const RowSplit split = divide(main.table, parts);
  const CsvRows training = {main.table, split.rest};
  const CsvRows* const standard = standardise_ ? &training : nullptr;
  Dataset data;
  if (role == DataRole::train) {
    data = build_dataset(main.names, training, standard);
    data.digest = main.digest;
  } else if (!split.part.empty()) {
    data = build_dataset(main.names, {main.table, split.part}, standard);
    data.digest = main.digest;
  } else {
    const Loaded test = load(test_file(parts.test));
    std::vector<Index> all(static_cast<std::size_t>(test.table.rows));
    std::iota(all.begin(), all.end(), Index{0});
    data = build_dataset(main.names, {test.table, all}, standard);
    data.digest = test.digest;
  }
  return data;
}

}  // namespace

std::unique_ptr<Source> make_csv() { return std::make_unique<Csv>(); }

}  // namespace espalier
