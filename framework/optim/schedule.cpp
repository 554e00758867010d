#include "optim/schedule.hpp"

#include <algorithm>

namespace espalier {

Schedule::~Schedule() = default;

void Schedule::fields(Fields& f) {
  own_fields(f);
  f.integer({"warmup", "steps of linear warm-up, counted before the schedule itself"}, warmup_,
            {.at_least = 0});
}

double Schedule::factor(const Progress& progress) const {
  const auto warmup = static_cast<std::uint64_t>(warmup_);
  if (progress.step < warmup) {
    return static_cast<double>(progress.step + 1) / static_cast<double>(warmup + 1);
  }
  Progress after = progress;
  after.step -= warmup;
  after.total_steps =
      std::max<std::uint64_t>(1, progress.total_steps - std::min(warmup, progress.total_steps));
  return own_factor(after);
}

}  // namespace espalier
