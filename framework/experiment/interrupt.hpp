#pragma once

namespace espalier {

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
