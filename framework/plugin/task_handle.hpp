#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "espalier/plugin.hpp"
#include "plugin/make_object.hpp"
#include "plugin/metric_handle.hpp"

namespace espalier {

/// A task made by a plugin, and the plugin's library. The framework never calls a Task directly:
/// these calls have the same names, go through `guard`, and check what comes back.
class ESPALIER_API TaskHandle {
 public:
  /// `library` is null for a plugin that is linked into the program. Throws PluginError where the
  /// task's constructor throws.
  TaskHandle(std::shared_ptr<const Library> library, const PluginInfo& info);

  const std::string& plugin() const { return plugin_; }

  void fields(Fields& fields);
  std::string default_target() const;
  void accept(const TargetColumn& column);
  /// Also throws ShapeError where the predictions have not as many rows as the features.
  Var head(const Net& net, Var features) const;
  /// Also throws ShapeError where the loss is not one number.
  Var loss(const Net& net, Var prediction, Var target) const;
  std::vector<MetricHandle> metrics() const;

 private:
  std::string plugin_;
  Made<Task> task_;
};

}  // namespace espalier
