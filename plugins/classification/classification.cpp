#include "espalier/plugin.hpp"

using namespace espalier;

namespace {

/// Any integer label: optional hidden layers (with dropout), one output for each class, cross
/// entropy, accuracy.
class Classification final : public Task {
 public:
  void fields(Fields& f) override {
    f.integer({"classes", "number of classes; labels are 0 to classes - 1", true}, classes_,
              {.at_least = 2});
    f.number({"smoothing", "share of the target spread evenly over all classes, below 1"},
             smoothing_, {.at_least = 0.0, .at_most = 1.0});
    if (smoothing_ >= 1.0) f.refuse("smoothing", "expected a number below 1, found 1");
    f.integers({"hidden", "units of relu layers before the output"}, hidden_, {.at_least = 1});
    f.number({"dropout", "rate of dropout behind each hidden layer"}, dropout_,
             {.at_least = 0.0, .at_most = 0.999});
  }

  void accept(const TargetColumn& column) override {
    const std::string place = "column '" + column.name + "' of data '" + column.data + "'";
    if (column.dtype != Dtype::integer) {
      throw DataError("[classification] expected integer labels, found real numbers in " + place +
                      "; the plugin for real numbers is regression");
    }
    if (column.classes <= classes_) return;
    throw DataError("[classification] expected labels below " + std::to_string(classes_) +
                    ", found label " + std::to_string(column.classes - 1) + " in " + place +
                    "; raise classes, or select the classes with select: { " + column.name +
                    ": ... }");
  }

  Var head(const Net& net, Var features) const override {
    Var x = flatten(net, features);
    for (std::size_t i = 0; i < hidden_.size(); ++i) {
      const std::string name = "hidden" + std::to_string(i + 1);
      x = relu(net, linear(net, name, x, {.units = hidden_[i]}));
      x = dropout(net, name + "/dropout", x, dropout_);
    }
    return linear(net, "output", x, {.units = classes_});
  }

  Var loss(const Net& net, Var prediction, Var target) const override {
    return cross_entropy(net, prediction, target, smoothing_);
  }

  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> made;
    made.push_back(make_accuracy());
    return made;
  }

 private:
  Index classes_ = 2;
  double smoothing_ = 0.0;
  double dropout_ = 0.0;
  std::vector<Index> hidden_;
};

}  // namespace

ESPALIER_PLUGIN(Classification, "classification", "which of some classes an example belongs to");
