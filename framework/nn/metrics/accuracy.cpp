#include <limits>

#include "espalier/metric.hpp"

namespace espalier {

namespace {

class Accuracy final : public Metric {
 public:
  Accuracy() : Metric(2) {}  // right, labelled
  std::string_view name() const override { return "accuracy"; }
  bool higher_is_better() const override { return true; }

  void add(const ConstTensor& prediction, const Target& target) override {
    const Index classes = prediction.shape.row_size();
    for (Index row = 0; row < prediction.shape[0]; ++row) {
      const std::int32_t label = target.classes.data[row];
      if (label < 0) continue;
      const real* logits = prediction.data + row * classes;
      Index best = 0;
      for (Index c = 1; c < classes; ++c) best = logits[c] > logits[best] ? c : best;
      sums()[0] += best == label ? 1.0 : 0.0;
      sums()[1] += 1.0;
    }
  }

  double value() const override {
    return sums()[1] > 0.0 ? sums()[0] / sums()[1] : std::numeric_limits<double>::quiet_NaN();
  }
};

}  // namespace

std::unique_ptr<Metric> make_accuracy() { return std::make_unique<Accuracy>(); }

}  // namespace espalier
