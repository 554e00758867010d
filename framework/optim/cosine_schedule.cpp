#include <algorithm>
#include <cmath>
#include <numbers>

#include "optim/make.hpp"

namespace espalier {

namespace {

// final + (1 - final) (1 + cos(pi t / T)) / 2, Loshchilov & Hutter 2017 without restarts.
class Cosine final : public Schedule {
  void own_fields(Fields& f) override {
    f.number({"final", "factor reached at the end of the run"}, final_,
             {.at_least = 0.0, .at_most = 1.0});
  }
  double own_factor(const Progress& progress) const override {
    const double done = std::min(
        1.0, static_cast<double>(progress.step) / static_cast<double>(progress.total_steps));
    return final_ + (1.0 - final_) * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
  }

  double final_ = 0.0;
};

}  // namespace

std::unique_ptr<Schedule> make_cosine_schedule() { return std::make_unique<Cosine>(); }

}  // namespace espalier
