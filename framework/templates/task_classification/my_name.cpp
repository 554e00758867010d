// The task my_name: which of some classes an example belongs to.
#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

class MyNameTask final : public espalier::Task {
 public:
  // The options in YAML: name, meaning, variable (its value is the default), limits.
  void fields(Fields& f) override {
    f.integer({"hidden", "units of the hidden layer"}, hidden_, {.at_least = 1});
  }

  // The column to learn. Refuse, in one sentence, what cannot be learned; keep what the head needs.
  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::integer) {
      throw DataError("expected integer labels, found real numbers in column '" + column.name +
                      "' of data '" + column.data + "'");
    }
    classes_ = column.classes;
  }

  // From the trunk's features (rows, ...) to predictions (rows, classes). Calls record what every
  // step will do; layers that are made here are the task's own.
  Var head(const Net& net, Var features) const override {
    const Var x = linear(net, "hidden", flatten(net, features), {.units = hidden_});
    return linear(net, "output", relu(net, x), {.units = classes_});
  }

  // One number: a mean over the rows that have a label.
  Var loss(const Net& net, Var prediction, Var target) const override {
    return cross_entropy(net, prediction, target);
  }

  // What a report says of the task.
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(make_accuracy());
    return all;
  }

 private:
  Index hidden_ = 32;
  Index classes_ = 0;
};

}  // namespace

ESPALIER_PLUGIN(MyNameTask, "my_name", "which of some classes an example belongs to");
