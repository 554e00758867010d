#pragma once

#include "core/crash_watch.hpp"
#include "core/watchdog.hpp"

namespace espalier {

/// While it lives, a crash or a hang of this process leaves a report in the run's folder. One for a
/// process, made by the thread that trains.
class ESPALIER_API FailureReports {
 public:
  /// `watchdog`: seconds instead of the experiment's `train.watchdog`; negative: as it says.
  explicit FailureReports(double watchdog);

 private:
  CrashWatch crash_watch_;
  Watchdog watchdog_;
};

}  // namespace espalier
