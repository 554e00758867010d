#include "plain_task.hpp"

namespace {

class Twice final : public PlainTask {
  std::vector<std::unique_ptr<espalier::Metric>> metrics() const override {
    std::vector<std::unique_ptr<espalier::Metric>> made;
    made.push_back(espalier::make_mae());
    made.push_back(espalier::make_mae());
    return made;
  }
};

}  // namespace

ESPALIER_PLUGIN(Twice, "metric_twice", "two of its metrics have one name");
