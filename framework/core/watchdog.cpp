#include "core/watchdog.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>

#include "core/crash_watch.hpp"
#include "core/failure_report.hpp"
#include "core/text.hpp"
#include "core/where.hpp"

namespace espalier {

namespace {

constexpr double kLongestLook = 1.0;  // seconds between two looks
constexpr int kMostReportSeconds = 3;

std::atomic<double> g_limit{0.0};
std::atomic<bool> g_fixed{false};  // by the command line
std::atomic<bool> g_asked{false}, g_reported{false};
std::atomic<std::uint64_t> g_entered{0};  // the call that lasts
SafeText g_what;
pthread_t g_thread;

void report(bool stack) {
  failure_report::write({.kind = "hang", .what = g_what.view(), .details = "", .stack = stack});
}

// In the thread that hangs: only there its stack can be seen. If the call returned meanwhile, all
// is well.
void on_question(int /*signal*/) {
  if (!g_asked.exchange(false)) return;
  if (where::record().entered.load() == g_entered.load()) {
    report(/*stack=*/true);
    ::_exit(1);
  }
  g_reported = true;
}

// Returns only where the call came back after all.
void end_process(double seconds, std::uint64_t entered) {
  g_what = SafeText();
  g_what.add("has not returned for ").add(text::number(seconds)).add(" s");
  g_entered = entered;
  g_reported = false;
  g_asked = true;
  ::pthread_kill(g_thread, SIGUSR2);
  for (int tick = 0; tick < 100 * kMostReportSeconds && !g_reported; ++tick) ::usleep(10'000);
  if (g_reported) return;
  report(/*stack=*/false);  // it takes no signals
  ::_exit(1);
}

}  // namespace

Watchdog::Watchdog(double seconds) {
  g_limit = seconds < 0.0 ? kUsualWatchdog : seconds;
  g_fixed = seconds >= 0.0;
  if (!reports_failures()) return;
  failure_report::prepare_stack();
  g_thread = ::pthread_self();
  struct sigaction action {};
  action.sa_handler = on_question;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  ::sigaction(SIGUSR2, &action, nullptr);
  // Signals are for the threads that work.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { watch(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Watchdog::~Watchdog() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  ended_.notify_all();
  thread_.join();
  std::signal(SIGUSR2, SIG_DFL);
}

void Watchdog::set_limit(double seconds) {
  if (!g_fixed) g_limit = seconds;
}

// Counts looks, not time: whoever stops the process stops the count.
void Watchdog::watch() {
  const where::Record& now = where::record();
  std::uint64_t entered = 0;
  double waited = 0.0;
  std::unique_lock lock(mutex_);
  while (!end_) {
    const double limit = g_limit;
    const double look = limit > 0.0 ? std::min(kLongestLook, limit / 8.0) : kLongestLook;
    if (ended_.wait_for(lock, std::chrono::duration<double>(look), [this] { return end_; })) return;
    const bool same = now.entered.load() == entered && now.place.load() != nullptr;
    entered = now.entered.load();
    waited = same ? waited + look : 0.0;
    if (limit <= 0.0 || waited < limit) continue;
    end_process(limit, entered);
    waited = 0.0;
  }
}

}  // namespace espalier
