#include "optim/make.hpp"

namespace espalier {

namespace {

class Constant final : public Schedule {
  double own_factor(const Progress& /*progress*/) const override { return 1.0; }
};

}  // namespace

std::unique_ptr<Schedule> make_constant_schedule() { return std::make_unique<Constant>(); }

}  // namespace espalier
