#pragma once

#include "core/crash_watch.hpp"
#include "core/watchdog.hpp"

namespace espalier {

/// While it lives, a crash or a hang of this process leaves a report in the run's folder, or in the
/// working directory where there is none. One for a process, made by the thread that calls plugins.
class ESPALIER_API FailureReports {
 public:
  /// `watchdog`: seconds instead of the experiment's `train.watchdog`; negative: as it says.
  explicit FailureReports(double watchdog = -1.0);

 private:
  CrashWatch crash_watch_;
  Watchdog watchdog_;
};

}  // namespace espalier
