// The task my_name: real numbers of an example, as many as its target column has.
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
    if (column.dtype != Dtype::floating) {
      throw DataError("expected real numbers, found integers in column '" + column.name +
                      "' of data '" + column.data + "'");
    }
    sample_ = column.sample;
  }

  // From the trunk's features (rows, ...) to predictions (rows, sample). Calls record what every
  // step will do; layers that are made here are the task's own.
  Var head(const Net& net, Var features) const override {
    const Var x = linear(net, "hidden", flatten(net, features), {.units = hidden_});
    const Var y = linear(net, "output", relu(net, x), {.units = sample_.size()});
    return reshape(net, y, sample_);
  }

  // One number: a mean over the numbers that are there; NaN is a missing one.
  Var loss(const Net& net, Var prediction, Var target) const override {
    return mean_squared_error(net, prediction, target);
  }

  // What a report says of the task.
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(make_rmse());
    all.push_back(make_mae());
    return all;
  }

 private:
  Index hidden_ = 32;
  Shape sample_ = {1};
};

}  // namespace

ESPALIER_PLUGIN(MyNameTask, "my_name", "real numbers of an example");
