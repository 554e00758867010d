// Is a character a letter or a digit? A task as somebody outside of the source tree writes it.
#include <cmath>

#include "espalier/plugin.hpp"
#include "espalier/xtensor_view.hpp"

namespace {

using namespace espalier;

/// Mean of the larger of the two probabilities: how sure the task is of itself.
class Sureness final : public Metric {
 public:
  Sureness() : Metric(2) {}  // sum, rows
  std::string_view name() const override { return "sureness"; }
  bool higher_is_better() const override { return true; }

  void add(const ConstTensor& prediction, const Target& /*target*/) override {
    const auto logits = view<2>(prediction);
    for (std::size_t row = 0; row < logits.shape(0); ++row) {
      const double distance = std::abs(double{logits(row, 0)} - double{logits(row, 1)});
      sums()[0] += 1.0 / (1.0 + std::exp(-distance));
      sums()[1] += 1.0;
    }
  }
  double value() const override { return sums()[0] / sums()[1]; }
};

class Kind final : public Task {
 public:
  void fields(Fields& f) override {
    f.integers({"hidden", "units of relu layers before the output"}, hidden_, {.at_least = 1});
  }

  std::string default_target() const override { return "kind"; }

  void accept(const TargetColumn& column) override {
    if (column.dtype == Dtype::integer && column.classes <= 2) return;
    throw DataError("expected the labels 0 and 1 in column '" + column.name + "' of data '" +
                    column.data + "', found others");
  }

  Var head(const Net& net, Var features) const override {
    Var x = flatten(net, features);
    for (std::size_t i = 0; i < hidden_.size(); ++i) {
      x = relu(net, linear(net, "hidden" + std::to_string(i), x, {.units = hidden_[i]}));
    }
    return linear(net, "output", x, {.units = 2});
  }

  Var loss(const Net& net, Var prediction, Var target) const override {
    return cross_entropy(net, prediction, target);
  }

  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(make_accuracy());
    all.push_back(std::make_unique<Sureness>());
    return all;
  }

 private:
  std::vector<Index> hidden_ = {16};
};

}  // namespace

ESPALIER_PLUGIN(Kind, "kind", "whether a character is a letter or a digit");
