#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "data/dataset.hpp"
#include "espalier/fields.hpp"

namespace espalier {

/// What the YAML says of one part (train or test) of a data set. Exactly one form is present.
struct DataPart {
  std::map<std::string, Path> files;  ///< `{ images: F, label: F }`
  std::optional<double> number;       ///< `3000` (a count) or `0.1` (a fraction)
  std::string place;                  ///< "exp.yaml:5:20: data.digits.train", for messages
};

/// Which part is read. Generators draw train and test from different random streams.
enum class DataRole { train, test };

/// Both parts; null where the YAML gives none. A source may need the other one: csv takes the test
/// rows out of the training file, and standardises test rows by the training rows.
struct DataParts {
  const DataPart* train = nullptr;
  const DataPart* test = nullptr;
  const DataPart* of(DataRole role) const { return role == DataRole::train ? train : test; }
};

/// A data format, or a generator: one file per source, one line in `source_table()`.
class ESPALIER_API Source {
 public:
  virtual ~Source();
  /// Options that hold for the whole data set (beside `train` and `test`).
  virtual void fields(Fields& fields) = 0;
  /// Reads or makes the part of `role`. Sizes are checked against the files before anything is
  /// allocated. Throws DataError (a file is wrong) or ConfigError (the part has the wrong form; the
  /// text begins with its `place`).
  virtual Dataset read(DataRole role, const DataParts& parts) const = 0;
};

struct SourceEntry {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<Source> (*make)();
};

/// All sources, in the order they are listed to users.
ESPALIER_API std::span<const SourceEntry> source_table();

}  // namespace espalier
