// module: plugin
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "espalier/error.hpp"
#include "espalier/fields.hpp"
#include "espalier/layers.hpp"
#include "espalier/metric.hpp"

namespace espalier {

/// @addtogroup tasks
/// @{

/// The column of a data set that a task is to learn.
struct TargetColumn {
  std::string name;              ///< "label"
  std::string data;              ///< the data set's name in the experiment
  Dtype dtype = Dtype::integer;  ///< integer: labels
  Shape sample;                  ///< shape of one target
  Index classes = 0;             ///< integers: largest label of the training and test data + 1
};

/// A task: what is predicted from the trunk's features, how wrong a prediction is, and how it is
/// measured. One object serves one task of one experiment. Derive, implement, and end the file with
/// ESPALIER_PLUGIN (espalier/plugin.hpp).
///
/// Calls come in this order: fields, accept, then head and loss (once for each batch geometry),
/// metrics. An exception thrown by any of them is reported with the plugin's name and the call.
class ESPALIER_API Task {
 public:
  virtual ~Task();

  /// Options of the task in YAML, beside `plugin`, `data` and `target`.
  virtual void fields(Fields& /*fields*/) {}
  /// Column learned where the YAML names none.
  virtual std::string default_target() const { return "label"; }
  /// Checks that the column can be learned, and takes from it what the head needs. Throws
  /// DataError.
  virtual void accept(const TargetColumn& column) = 0;
  /// Records the head: features (N, ...) to predictions (N, ...). Parameters made through `net` are
  /// the task's own.
  virtual Var head(const Net& net, Var features) const = 0;
  /// Records the loss: one number (1), usually a mean over rows.
  virtual Var loss(const Net& net, Var prediction, Var target) const = 0;
  /// Fresh measures; called once for each of train, validation and test.
  virtual std::vector<std::unique_ptr<Metric>> metrics() const = 0;
};
/// @}

}  // namespace espalier
