#pragma once

namespace espalier {

/// Exit code of a command that was asked to stop and has saved what it had.
inline constexpr int kInterruptedCode = 130;

/// Ctrl-C and SIGTERM ask a run to stop after the step under way; a second one ends the process at
/// once. Restored when the object ends.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  static bool requested();
};

}  // namespace espalier
