#include "plugin/task_handle.hpp"

#include <utility>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "plugin/guard.hpp"

namespace espalier {

namespace {

// A Var is a number: a head may hand back one that it never recorded.
void check_on_tape(std::string_view plugin, std::string_view stage, const Net& net, Var v) {
  const auto values = static_cast<int>(net.tape().values().size());
  if (v.id >= 0 && v.id < values) return;
  throw PluginError(text::cat("[plugin ", plugin, "] ", stage,
                              ": expected a value of the tape, found number ", v.id, " of ",
                              values));
}

void check_predictions(std::string_view plugin, const Net& net, Var features, Var made) {
  check_on_tape(plugin, "head", net, made);
  const ValueInfo& info = net.tape().value(made).info;
  if (info.dtype != Dtype::floating) {
    throw ShapeError(text::cat("[plugin ", plugin,
                               "] head: expected predictions that are real, found integers"));
  }
  const Index rows = net.tape().shape(features)[0];
  if (info.shape.rank() > 0 && info.shape[0] == rows) return;
  throw ShapeError(text::cat("[plugin ", plugin, "] head: expected predictions for ", rows,
                             " rows, found ", to_string(info.shape)));
}

void check_loss(std::string_view plugin, const Net& net, Var made) {
  check_on_tape(plugin, "loss", net, made);
  const Shape& shape = net.tape().shape(made);
  if (shape == Shape{1}) return;
  throw ShapeError(text::cat("[plugin ", plugin, "] loss: expected one number (1), found ",
                             to_string(shape), "; end the loss with a mean over rows"));
}

}  // namespace

TaskHandle::TaskHandle(std::shared_ptr<const Library> library, const PluginInfo& info)
    : plugin_(info.name), task_(make_object<Task>(std::move(library), info)) {}

void TaskHandle::fields(Fields& fields) {
  guard(plugin_, "fields", [&] { task_->fields(fields); });
}

std::string TaskHandle::default_target() const {
  return guard(plugin_, "default_target", [&] { return task_->default_target(); });
}

void TaskHandle::accept(const TargetColumn& column) {
  guard(plugin_, "accept", [&] { task_->accept(column); });
}

Var TaskHandle::head(const Net& net, Var features) const {
  const Var made = guard(plugin_, "head", [&] { return task_->head(net, features); });
  check_predictions(plugin_, net, features, made);
  return made;
}

Var TaskHandle::loss(const Net& net, Var prediction, Var target) const {
  const Var made = guard(plugin_, "loss", [&] { return task_->loss(net, prediction, target); });
  check_loss(plugin_, net, made);
  return made;
}

std::vector<MetricHandle> TaskHandle::metrics() const {
  auto made = guard(plugin_, "metrics", [&] { return task_->metrics(); });
  std::vector<MetricHandle> handles;
  for (std::unique_ptr<Metric>& metric : made) {
    if (metric == nullptr) {
      throw PluginError(text::cat("[plugin ", plugin_, "] metrics: expected a metric, found none"));
    }
    handles.emplace_back(task_.get_deleter().library, plugin_, std::move(metric));
    for (std::size_t i = 0; i + 1 < handles.size(); ++i) {
      if (handles[i].name() != handles.back().name()) continue;
      throw PluginError(text::cat("[plugin ", plugin_,
                                  "] metrics: expected different names, found '", handles[i].name(),
                                  "' twice"));
    }
  }
  return handles;
}

}  // namespace espalier
