// module: core
#pragma once

#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// @addtogroup plugins
/// @{

/// Name and meaning of one option; `doc` becomes the reference page.
struct Field {
  std::string_view name;  ///< as in YAML
  std::string_view doc;   ///< meaning and unit in a few words, for the reference
  bool required = false;  ///< whether leaving it out is an error
};

/// Bounds of a number, both ends included unless `above` is set (then the lower end is excluded).
struct NumberRange {
  double at_least = -std::numeric_limits<double>::infinity();  ///< lower end
  double at_most = std::numeric_limits<double>::infinity();    ///< upper end
  bool above = false;  ///< whether the lower end is excluded
};
/// Bounds of an integer, both ends included.
struct IntegerRange {
  Index at_least = std::numeric_limits<Index>::min();  ///< lower end
  Index at_most = std::numeric_limits<Index>::max();   ///< upper end
};

/// A path as the user wrote it, made absolute, with the place where it was written.
struct Path {
  std::string file;   ///< absolute
  std::string place;  ///< "exp.yaml:5:20: data.digits.file", for messages; may be empty
};

/// The options of anything configurable (a layer, a balancer, a data source, a task). The owner
/// lists its fields once in `void fields(Fields&)`; the same list reads YAML, writes the resolved
/// spec, and prints the reference. The value passed in is the default; a field that is absent keeps
/// it. Errors (wrong type, out of range) are thrown by the reader with file, line and column.
///
/// The first field of a list is its *main* field: `{ linear: 4096 }` means
/// `{ linear: { units: 4096 } }`.
class ESPALIER_API Fields {
 public:
  virtual ~Fields();
  /// `true` or `false`.
  virtual void flag(const Field& field, bool& value) = 0;
  /// A whole number within `range`.
  virtual void integer(const Field& field, Index& value, const IntegerRange& range = {}) = 0;
  /// A real number within `range`.
  virtual void number(const Field& field, double& value, const NumberRange& range = {}) = 0;
  /// One of `choices`, or any text where `choices` is empty.
  virtual void word(const Field& field, std::string& value,
                    std::span<const std::string_view> choices = {}) = 0;
  /// A list of whole numbers, each within `range`.
  virtual void integers(const Field& field, std::vector<Index>& value,
                        const IntegerRange& range = {}) = 0;
  /// A list of real numbers, each within `range`.
  virtual void numbers(const Field& field, std::vector<double>& value,
                       const NumberRange& range = {}) = 0;
  /// A list of texts.
  virtual void words(const Field& field, std::vector<std::string>& value) = 0;
  /// A file or folder; a relative one starts at the folder of the YAML file.
  virtual void path(const Field& field, Path& value) = 0;

  /// Throws a ConfigError placed at `field` (or at the whole list where it is empty).
  [[noreturn]] virtual void refuse(std::string_view field, const std::string& message) = 0;
};
/// @}

}  // namespace espalier
