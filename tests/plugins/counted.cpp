#include "plain_task.hpp"

namespace {

// Starts at zero in every loaded image: shows whether the library was really unloaded between.
int tasks_made = 0;

// Nothing in it that could keep the library in memory: no xtensor, no statics with destructors.
class Counted final : public PlainTask {
 public:
  Counted() { ++tasks_made; }
  std::string default_target() const override { return "task " + std::to_string(tasks_made); }
  std::vector<std::unique_ptr<espalier::Metric>> metrics() const override {
    std::vector<std::unique_ptr<espalier::Metric>> made;
    made.push_back(std::make_unique<Answer>());
    return made;
  }

 private:
  class Answer final : public espalier::Metric {
   public:
    Answer() : Metric(1) {}
    std::string_view name() const override { return "answer"; }
    bool higher_is_better() const override { return false; }
    void add(const espalier::ConstTensor& /*prediction*/, const espalier::Target&) override {
      sums()[0] += 42.0;
    }
    double value() const override { return sums()[0]; }
  };
};

}  // namespace

ESPALIER_PLUGIN(Counted, "counted", "counts its tasks");
