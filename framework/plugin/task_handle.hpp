#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "espalier/plugin.hpp"
#include "plugin/library.hpp"
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
  // The library is part of the deleter: it stays until the task is gone, also when a handle is
  // assigned over, where two members would be replaced in the wrong order.
  struct Delete {
    std::shared_ptr<const Library> library;
    void (*destroy)(void*) noexcept;
    void operator()(Task* task) const noexcept { destroy(task); }
  };

  Task* make(const PluginInfo& info) const;

  std::string plugin_;
  std::unique_ptr<Task, Delete> task_;
};

}  // namespace espalier
