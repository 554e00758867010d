#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "espalier/fields.hpp"

namespace espalier {

/// Where a run stands.
struct Progress {
  std::uint64_t step = 0;  ///< updates done before this one
  std::uint64_t steps_per_epoch = 1;
  std::uint64_t total_steps = 1;
};

/// The factor on every learning rate. One file each in optim/, one line in `schedule_table`. All
/// share a linear warm-up: for the first `warmup` steps the factor is multiplied by
/// (step + 1) / (warmup + 1)... up to 1.
class ESPALIER_API Schedule {
 public:
  virtual ~Schedule();
  /// Options of the schedule, then `warmup`.
  void fields(Fields& fields);
  double factor(const Progress& progress) const;

 protected:
  virtual void own_fields(Fields& /*fields*/) {}
  /// The factor without warm-up; `progress` counts from the end of the warm-up.
  virtual double own_factor(const Progress& progress) const = 0;

 private:
  Index warmup_ = 0;
};

struct ScheduleEntry {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<Schedule> (*make)();
};

ESPALIER_API std::span<const ScheduleEntry> schedule_table();

}  // namespace espalier
