// A task of one's own: classification that counts a prediction as right when the label is among the
// two largest logits. Explained in docs/add-a-task.md.
#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// Share of labelled rows whose label is among the two largest logits.
class TopTwo final : public Metric {
 public:
  TopTwo() : Metric(2) {}  // right, labelled
  std::string_view name() const override { return "top_two"; }
  bool higher_is_better() const override { return true; }

  void add(const ConstTensor& prediction, const Target& target) override {
    const Index classes = prediction.shape[-1];
    for (Index row = 0; row < prediction.shape[0]; ++row) {
      const std::int32_t label = target.classes.data[row];
      if (label < 0) continue;  // missing
      const real* logits = prediction.data + row * classes;
      Index above = 0;
      for (Index c = 0; c < classes; ++c) above += logits[c] > logits[label] ? 1 : 0;
      sums()[0] += above < 2 ? 1.0 : 0.0;
      sums()[1] += 1.0;
    }
  }
  double value() const override { return sums()[0] / sums()[1]; }
};

class TopTwoTask final : public Task {
 public:
  void fields(Fields& f) override {
    f.integer({"hidden", "units of the hidden layer"}, hidden_, {.at_least = 1});
  }

  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::integer) {
      throw DataError("expected integer labels in column '" + column.name + "', found reals");
    }
    classes_ = column.classes;
  }

  Var head(const Net& net, Var features) const override {
    const Var rows = flatten(net, features);  // images too become rows of numbers
    const Var x = relu(net, linear(net, "hidden", rows, {.units = hidden_}));
    return linear(net, "output", x, {.units = classes_});
  }

  Var loss(const Net& net, Var prediction, Var target) const override {
    return cross_entropy(net, prediction, target);
  }

  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(make_accuracy());
    all.push_back(std::make_unique<TopTwo>());
    return all;
  }

 private:
  Index hidden_ = 64;
  Index classes_ = 0;
};

}  // namespace

ESPALIER_PLUGIN(TopTwoTask, "top_two", "classification measured by its two best guesses");
