// module: data
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "espalier/dataset.hpp"
#include "espalier/error.hpp"
#include "espalier/fields.hpp"
#include "espalier/random.hpp"

namespace espalier {

/// @addtogroup sources
/// @{

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
  const DataPart* train = nullptr;  ///< of the training data
  const DataPart* test = nullptr;   ///< of the test data
  /// The part of this role, or null.
  const DataPart* of(DataRole role) const { return role == DataRole::train ? train : test; }
};

/// A data format, or a generator. One object serves one entry of `data:`; it is asked for its
/// options (`fields`), then for the parts (`read`), and must answer a second time as the first.
/// Derive, implement, and end the file with ESPALIER_PLUGIN (espalier/plugin.hpp).
class ESPALIER_API Source {
 public:
  virtual ~Source();
  /// Options that hold for the whole data set. They stand beside `source`, `train`, `test`,
  /// `select`, `limit` and `validation`, whose names are taken. A file is a `path` field: its bytes
  /// then name the run as the options do.
  virtual void fields(Fields& fields) = 0;
  /// Reads or makes the part of `role`; no rows where there is no such part (a test set that nobody
  /// asked for). The trunk reads the column "images" or "inputs". Sizes are checked against the
  /// files before anything is allocated. Throws DataError (a file is wrong) or ConfigError (the
  /// part has the wrong form; the text begins with its `place`).
  virtual Dataset read(DataRole role, const DataParts& parts) const = 0;
};

/// The rows of a part that is a count: how generators are told how much to make. `example` ends the
/// ConfigError thrown for files and fractions: "a number of images such as 3000".
ESPALIER_API Index counted_rows(const DataPart& part, std::string_view example);

/// A file as it lies on the disk, and the SHA-256 of its bytes.
struct DataFile {
  std::string bytes;   ///< all of it
  std::string digest;  ///< SHA-256, in hexadecimal digits
};

/// Throws DataError with the place where the path was written in front.
ESPALIER_API DataFile read_data_file(const Path& path);

/// Name for the bytes of one or several files: the SHA-256 of a single one, otherwise the SHA-256
/// of the files' digests written one after the other.
ESPALIER_API std::string digest_of(std::span<const std::string> file_digests);
/// @}

}  // namespace espalier
