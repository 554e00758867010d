#include "core/crash_watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "core/failure_report.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ESPALIER_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ESPALIER_SANITIZED
#endif

namespace espalier {

namespace {

struct Watched {
  int signal;
  std::string_view meaning;
};
constexpr std::array<Watched, 5> kSignals = {
    {{SIGSEGV, "SIGSEGV, a bad address"},
     {SIGBUS, "SIGBUS, memory that cannot be reached"},
     {SIGFPE, "SIGFPE, an integer operation without result"},
     {SIGILL, "SIGILL, an instruction unknown here"},
     {SIGABRT, "SIGABRT, it gave up"}}};

std::array<std::byte, 65536> g_stack;  // also where the thread's own has no room left
std::array<struct sigaction, kSignals.size()> g_before;
std::terminate_handler g_terminate_before = nullptr;
std::atomic<bool> g_crashed{false};
SafeText g_exception;  // of `std::terminate`

void add_exception(std::string_view text) { g_exception.add(", uncaught: '").add(text).add("'"); }

// Throwing where nothing may throw (a destructor, a thread) ends here.
[[noreturn]] void on_terminate() {
  try {
    if (const std::exception_ptr error = std::current_exception()) std::rethrow_exception(error);
  } catch (const std::exception& error) {
    add_exception(error.what());
  } catch (...) {
    add_exception("something that is not a std::exception");
  }
  std::abort();
}

void on_crash(int signal, siginfo_t* info, void* /*context*/) {
  if (g_crashed.exchange(true)) {  // another thread, or the report itself: the first one ends it
    ::sleep(2);
    ::_exit(128 + signal);
  }
  const auto* const known = std::ranges::find(kSignals, signal, &Watched::signal);
  SafeText what, details;
  what.add("crashed (").add(known->meaning).add(g_exception.view()).add(")");
  details.add("signal ").add_number(static_cast<std::uint64_t>(signal)).add("\naddress 0x");
  details.add_number(reinterpret_cast<std::uintptr_t>(info->si_addr), 16).add("\n");
  failure_report::write(
      {.kind = "crash", .what = what.view(), .details = details.view(), .stack = true});
  std::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::raise(signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
}

}  // namespace

bool reports_failures() {
#ifdef ESPALIER_SANITIZED
  return false;
#else
  return true;
#endif
}

CrashWatch::CrashWatch() {
  if (!reports_failures()) return;
  failure_report::prepare_stack();
  stack_t stack{};
  stack.ss_sp = g_stack.data();
  stack.ss_size = g_stack.size();
  ::sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (std::size_t s = 0; s < kSignals.size(); ++s) {
    ::sigaction(kSignals[s].signal, &action, &g_before[s]);
  }
  g_terminate_before = std::set_terminate(on_terminate);
}

CrashWatch::~CrashWatch() {
  if (!reports_failures()) return;
  std::set_terminate(g_terminate_before);
  for (std::size_t s = 0; s < kSignals.size(); ++s) {
    ::sigaction(kSignals[s].signal, &g_before[s], nullptr);
  }
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
}

}  // namespace espalier
