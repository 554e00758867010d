#include <cmath>
#include <limits>

#include "nn/metrics/labelled.hpp"

namespace espalier {

namespace {

class Mae final : public Metric {
 public:
  Mae() : Metric(2) {}  // absolute errors, labelled
  std::string_view name() const override { return "mae"; }
  bool higher_is_better() const override { return false; }

  void add(const ConstTensor& prediction, const Target& target) override {
    const Labelled all = all_of(prediction, target);
    sums()[0] += all.sum([](double p, double t) { return std::abs(p - t); });
    sums()[1] += all.labelled();
  }

  double value() const override {
    return sums()[1] > 0.0 ? sums()[0] / sums()[1] : std::numeric_limits<double>::quiet_NaN();
  }
};

}  // namespace

std::unique_ptr<Metric> make_mae() { return std::make_unique<Mae>(); }

}  // namespace espalier
