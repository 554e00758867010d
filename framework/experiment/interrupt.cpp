#include "experiment/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace espalier {

namespace {

// A signal handler can reach nothing but a lock-free global.
std::atomic<bool> g_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int signal) {
  g_requested = true;
  std::signal(signal, SIG_DFL);  // the second one is not asked politely
}

}  // namespace

InterruptWatch::InterruptWatch() {
  g_requested = false;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

InterruptWatch::~InterruptWatch() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool InterruptWatch::requested() { return g_requested; }

}  // namespace espalier
