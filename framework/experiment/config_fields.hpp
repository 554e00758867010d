#pragma once

#include <string>
#include <string_view>

#include "espalier/fields.hpp"
#include "experiment/config_node.hpp"

namespace espalier {

/// A value with a form of its own (a choice, a list of stages, a map of data sets). It refers to
/// the object it reads and writes, and lives as long as the call that it is passed to.
class ESPALIER_API Form {
 public:
  virtual ~Form();
  /// What messages and the reference call it: "a map of data sets".
  virtual std::string type() const = 0;
  /// The value the object has now, in a word, for the reference; "" where there is none.
  virtual std::string shown() const { return ""; }
  virtual void read(const ConfigNode& node, const std::string& path) const = 0;
  /// Nothing (null) where the object holds what an absent key would leave.
  virtual ConfigNode write() const = 0;
};

/// What the parts of an experiment list beside the fields of options. Three visitors walk the same
/// lists: ConfigReader, ConfigWriter, and the reference.
class ESPALIER_API ConfigFields : public Fields {
 public:
  virtual void form(const Field& field, const Form& form) = 0;
  /// The entries that no field names, as a map; listed last.
  virtual void rest(std::string_view doc, ConfigNode& value) = 0;
};

}  // namespace espalier
