#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "core/where.hpp"
#include "espalier/metric.hpp"
#include "plugin/library.hpp"

namespace espalier {

/// A metric made by a plugin's task: calls go through `guard`, and the library stays loaded.
class ESPALIER_API MetricHandle {
 public:
  MetricHandle(std::shared_ptr<const Library> library, std::string plugin,
               std::unique_ptr<Metric> metric);

  const std::string& name() const { return name_; }
  bool higher_is_better() const { return higher_is_better_; }
  void add(const ConstTensor& prediction, const Target& target);
  double value() const;

  void reset() { metric_->reset(); }
  std::span<double> sums() { return metric_->sums(); }
  std::span<const double> sums() const { return std::as_const(*metric_).sums(); }

 private:
  struct Delete {
    std::shared_ptr<const Library> library;  // gone after the metric, see TaskHandle
    void operator()(Metric* metric) const noexcept {
      const where::Place place{.plugin = library ? library->info().name : "(linked)",
                               .stage = "destructor of a metric"};
      const where::Inside inside(place);
      delete metric;
    }
  };

  std::string plugin_;
  std::unique_ptr<Metric, Delete> metric_;
  std::string name_;
  std::string stage_;  // "metric accuracy", for errors
  bool higher_is_better_ = true;
};

}  // namespace espalier
