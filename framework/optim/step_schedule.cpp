#include <cmath>

#include "optim/make.hpp"

namespace espalier {

namespace {

// factor^floor(epoch / every)
class Step final : public Schedule {
  void own_fields(Fields& f) override {
    f.integer({"every", "epochs between two drops", true}, every_, {.at_least = 1});
    f.number({"factor", "multiplies the rate at each drop"}, factor_,
             {.at_least = 0.0, .above = true});
  }
  double own_factor(const Progress& progress) const override {
    const std::uint64_t epoch = progress.step / progress.steps_per_epoch;
    const std::uint64_t drops = epoch / static_cast<std::uint64_t>(every_);
    return std::pow(factor_, static_cast<double>(drops));
  }

  Index every_ = 1;
  double factor_ = 0.1;
};

}  // namespace

std::unique_ptr<Schedule> make_step_schedule() { return std::make_unique<Step>(); }

}  // namespace espalier
