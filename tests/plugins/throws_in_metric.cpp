#include "plain_task.hpp"

namespace {

class Throwing final : public espalier::Metric {
 public:
  Throwing() : Metric(1) {}
  std::string_view name() const override { return "luck"; }
  bool higher_is_better() const override { return false; }
  void add(const espalier::ConstTensor& /*prediction*/, const espalier::Target&) override {
    throw 7;
  }
  double value() const override { return sums()[0]; }
};

class WithMetric final : public PlainTask {
  std::vector<std::unique_ptr<espalier::Metric>> metrics() const override {
    std::vector<std::unique_ptr<espalier::Metric>> made;
    made.push_back(std::make_unique<Throwing>());
    return made;
  }
};

}  // namespace

ESPALIER_PLUGIN(WithMetric, "throws_in_metric", "throws a number when a batch is measured");
