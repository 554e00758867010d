#include "plugin/metric_handle.hpp"

#include "plugin/guard.hpp"

namespace espalier {

MetricHandle::MetricHandle(std::shared_ptr<const Library> library, std::string plugin,
                           std::unique_ptr<Metric> metric)
    : plugin_(std::move(plugin)), metric_(metric.release(), Delete{std::move(library)}) {
  name_ = guard(plugin_, "metric", [&] { return std::string(metric_->name()); });
  stage_ = "metric " + name_;
  higher_is_better_ = guard(plugin_, stage_, [&] { return metric_->higher_is_better(); });
}

void MetricHandle::add(const ConstTensor& prediction, const Target& target) {
  guard(plugin_, stage_, [&] { metric_->add(prediction, target); });
}

double MetricHandle::value() const {
  return guard(plugin_, stage_, [&] { return metric_->value(); });
}

}  // namespace espalier
