#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/safe_text.hpp"
#include "espalier/api.hpp"

/// What the process is at, for whoever reports that it died or hangs there: a call into a plugin,
/// or an op of a sweep over a plan. One record for the whole process, set by the thread that
/// trains; the threads that help it work on the same thing. Entering costs some stores and no
/// memory.
namespace espalier::where {

/// A call into a plugin, or an op. The texts outlive the record.
struct Place {
  std::string_view plugin = {};  ///< empty: that of the library which `object`'s class lies in
  std::string_view stage = {};   ///< "head"; empty: the sweep under way
  std::string_view op = {};      ///< name of the op, if it is one
  std::string_view scope = {};   ///< "heads/letters"
  const void* object = nullptr;  ///< the op
};

/// The record. Lock-free, so that a signal handler can read it.
struct Record {
  std::atomic<const Place*> place{nullptr};
  std::atomic<const char*> sweep{""};     ///< "forward"
  std::atomic<std::uint64_t> step{0};     ///< counted from 1; 0: before the first one
  std::atomic<std::uint64_t> entered{0};  ///< how often a place was entered
};
static_assert(std::atomic<const Place*>::is_always_lock_free);
ESPALIER_API Record& record();

/// `place` (which may be null) is where the process is now.
inline void enter(Record& now, const Place* place) {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  now.place.store(place, kRelaxed);
  now.entered.store(now.entered.load(kRelaxed) + 1, kRelaxed);
}

/// While it lives, the process is at `place`; then where it was before.
class ESPALIER_API Inside {
 public:
  explicit Inside(const Place& place) : before_(record().place.load(std::memory_order_relaxed)) {
    enter(record(), &place);
  }
  ~Inside() { enter(record(), before_); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  const Place* before_;
};

/// A sweep over the nodes of a plan. An exception that leaves it leaves behind where it came from.
class ESPALIER_API Sweep {
 public:
  explicit Sweep(const char* name);
  ~Sweep();
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  void at(const Place& place) { enter(record_, &place); }

 private:
  Record& record_;
  const Place* before_;
  const char* sweep_before_;
  int exceptions_;
};

/// "[plugin letters] head, in step 3", of the record; safe in a signal handler of the thread that
/// set it.
ESPALIER_API void describe(SafeText& text);
/// The same for people.
ESPALIER_API std::string described();

/// Where the last exception left a sweep, as `described`; "" where none did. Forgets it.
ESPALIER_API std::string take_failure();

}  // namespace espalier::where
