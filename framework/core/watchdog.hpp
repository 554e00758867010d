#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "espalier/api.hpp"

namespace espalier {

/// Seconds that one call may last where nothing else is said.
inline constexpr double kUsualWatchdog = 600.0;

/// Ends the process when one call into a plugin, or one op of a step, lasts too long: with a report
/// (core/failure_report.hpp) that shows the stack of the thread that made the watchdog, one
/// sentence, and exit code 1. Time in which the process is stopped does not count.
class ESPALIER_API Watchdog {
 public:
  /// `seconds`: the limit whatever `set_limit` says; negative: as `set_limit` says, and before it
  /// was called kUsualWatchdog, since an experiment is read with the help of plugins.
  explicit Watchdog(double seconds = -1.0);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Seconds for the process's watchdog, if it has one: what an experiment says. 0: no limit.
  static void set_limit(double seconds);

 private:
  void watch();

  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace espalier
