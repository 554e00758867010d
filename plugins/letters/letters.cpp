#include "espalier/plugin.hpp"

using namespace espalier;

namespace {

/// Which of the 26 letters an image shows: one output layer, cross entropy, accuracy.
class Letters final : public Task {
 public:
  void accept(const TargetColumn& column) override {
    const std::string place = "column '" + column.name + "' of data '" + column.data + "'";
    if (column.dtype != Dtype::integer) {
      throw DataError("[letters] expected integer labels, found real numbers in " + place);
    }
    if (column.classes <= kClasses) return;
    throw DataError("[letters] expected labels below " + std::to_string(kClasses) +
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
  static constexpr Index kClasses = 26;
};

}  // namespace

ESPALIER_PLUGIN(Letters, "letters", "which of 26 letters is shown");
