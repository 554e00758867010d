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
    for_labelled(prediction, target, [this](Index /*output*/, double p, double t) {
      sums()[0] += (p - t) * (p - t);
      sums()[1] += 1.0;
    });
  }

  double value() const override {
    return sums()[1] > 0.0 ? std::sqrt(sums()[0] / sums()[1])
                           : std::numeric_limits<double>::quiet_NaN();
  }
};

}  // namespace

std::unique_ptr<Metric> make_rmse() { return std::make_unique<Rmse>(); }

}  // namespace espalier
