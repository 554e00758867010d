#pragma once

#include "espalier/api.hpp"

namespace espalier {

/// While it lives, a crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, or an exception that nothing
/// may catch) leaves a report (core/failure_report.hpp) and one sentence; then the process dies of
/// the signal as it would have. Also where the stack has no room left, in the thread that made the
/// watch. Does nothing under the sanitizers, whose reports say more.
class ESPALIER_API CrashWatch {
 public:
  CrashWatch();
  ~CrashWatch();
  CrashWatch(const CrashWatch&) = delete;
  CrashWatch& operator=(const CrashWatch&) = delete;
};

/// Whether this build reports crashes and hangs itself.
ESPALIER_API bool reports_failures();

}  // namespace espalier
