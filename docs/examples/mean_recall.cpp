// A metric of one's own: the mean of the classes' recalls, which a frequent class cannot lift.
// Explained in docs/cookbook.md.
#include <algorithm>
#include <limits>

#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// Of each class the share of its rows that are predicted so, averaged over the classes that have
/// rows. Its state: for each class the rows that are right, then those that there are.
class MeanRecall final : public Metric {
 public:
  explicit MeanRecall(Index classes) : Metric(2 * static_cast<std::size_t>(classes)) {}
  std::string_view name() const override { return "mean_recall"; }
  bool higher_is_better() const override { return true; }

  void add(const ConstTensor& prediction, const Target& target) override {
    for (Index row = 0; row < prediction.shape[0]; ++row) {
      const std::int32_t label = target.classes.data[row];
      if (label < 0) continue;  // missing
      const auto logits = prediction.rows(row, 1).span();
      const bool right = std::ranges::max_element(logits) - logits.begin() == label;
      const auto at = 2 * static_cast<std::size_t>(label);
      sums()[at] += right ? 1.0 : 0.0;
      sums()[at + 1] += 1.0;
    }
  }

  // NaN where there is no row: a measure without a meaning.
  double value() const override {
    double recalls = 0.0, classes = 0.0;
    for (std::size_t at = 0; at < sums().size(); at += 2) {
      if (sums()[at + 1] == 0.0) continue;
      recalls += sums()[at] / sums()[at + 1];
      classes += 1.0;
    }
    return classes > 0.0 ? recalls / classes : std::numeric_limits<double>::quiet_NaN();
  }
};

class MeanRecallTask final : public Task {
 public:
  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::integer) {
      throw DataError("expected integer labels in column '" + column.name + "', found reals");
    }
    classes_ = column.classes;
  }
  Var head(const Net& net, Var features) const override {
    return linear(net, "output", flatten(net, features), {.units = classes_});
  }
  Var loss(const Net& net, Var prediction, Var target) const override {
    return cross_entropy(net, prediction, target);
  }
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(std::make_unique<MeanRecall>(classes_));  // the first one is what studies compare
    all.push_back(make_accuracy());
    return all;
  }

 private:
  Index classes_ = 0;
};

}  // namespace

ESPALIER_PLUGIN(MeanRecallTask, "mean_recall", "classification measured class by class");
