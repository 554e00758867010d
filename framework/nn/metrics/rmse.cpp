#include <cmath>
#include <limits>

#include "nn/metrics/labelled.hpp"

namespace espalier {

namespace {

class Rmse final : public Metric {
 public:
  Rmse() : Metric(2) {}  // squared errors, labelled
  std::string_view name() const override { return "rmse"; }
  bool higher_is_better() const override { return false; }

  void add(const ConstTensor& prediction, const Target& target) override {
    const Labelled all = all_of(prediction, target);
    sums()[0] += all.sum([](double p, double t) { return (p - t) * (p - t); });
    sums()[1] += all.labelled();
  }

  double value() const override {
    return sums()[1] > 0.0 ? std::sqrt(sums()[0] / sums()[1])
                           : std::numeric_limits<double>::quiet_NaN();
  }
};

}  // namespace

std::unique_ptr<Metric> make_rmse() { return std::make_unique<Rmse>(); }

}  // namespace espalier
