#include "espalier/plugin.hpp"

using namespace espalier;

namespace {

/// Which of the 10 digits an image shows: one output layer, cross entropy, accuracy.
class Digits final : public Task {
 public:
  void accept(const TargetColumn& column) override {
    const std::string place = "column '" + column.name + "' of data '" + column.data + "'";
    if (column.dtype != Dtype::integer) {
      throw DataError("[digits] expected integer labels, found real numbers in " + place);
    }
    if (column.classes <= kClasses) return;
    throw DataError("[digits] expected labels below " + std::to_string(kClasses) +
                    ", found label " + std::to_string(column.classes - 1) + " in " + place +
                    "; select the classes with select: { " + column.name + ": ... }");
  }

  Var head(const Net& net, Var features) const override {
    return linear(net, "output", flatten(net, features), {.units = kClasses});
  }

  Var loss(const Net& net, Var prediction, Var target) const override {
    return cross_entropy(net, prediction, target);
  }

  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> made;
    made.push_back(make_accuracy());
    return made;
  }

 private:
  static constexpr Index kClasses = 10;
};

}  // namespace

ESPALIER_PLUGIN(Digits, "digits", "which of 10 digits is shown");
