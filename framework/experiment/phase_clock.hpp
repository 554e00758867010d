#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// Wall time by phase of a run.
class PhaseClock {
 public:
  enum Phase : std::uint8_t { data, forward, backward, update, evaluate, total };
  static constexpr std::size_t kPhases = total + 1;
  static constexpr std::array<std::string_view, kPhases> kNames = {"data",   "forward",  "backward",
                                                                   "update", "evaluate", "total"};

  PhaseClock() : started_(Clock::now()) {}

  /// Runs f and books its time on `phase`, but for what f itself books.
  template <class Function>
  void time(Phase phase, Function f) {
    const Call call(*this, phase);
    f();
  }

  double seconds(Phase phase) const {
    return phase == total ? before_ + elapsed() : seconds_[phase];
  }

  double training_seconds() const {
    return seconds_[data] + seconds_[forward] + seconds_[backward] + seconds_[update];
  }

  /// For checkpoints: the time spent so far, and its restoration in a resumed run.
  std::vector<double> state() const {
    std::vector<double> all(seconds_.begin(), seconds_.end());
    all[total] = seconds(total);
    return all;
  }
  void restore(const std::vector<double>& state) {
    for (std::size_t p = 0; p < kPhases && p < state.size(); ++p) seconds_[p] = state[p];
    before_ = seconds_[total];
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Books when it ends, also where an exception ends it.
  class Call {
   public:
    Call(PhaseClock& clock, Phase phase)
        : clock_(clock), phase_(phase), outside_(std::exchange(clock.booked_, 0.0)) {}
    ~Call() {
      const double all = std::chrono::duration<double>(Clock::now() - begin_).count();
      clock_.seconds_[phase_] += all - clock_.booked_;
      clock_.booked_ = outside_ + all;
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    PhaseClock& clock_;
    Phase phase_;
    double outside_;  // what the call around it had booked
    Clock::time_point begin_ = Clock::now();
  };

  double elapsed() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }

  Clock::time_point started_;
  double before_ = 0.0;
  double booked_ = 0.0;  // seconds of calls of `time` that the one under way has made
  std::array<double, kPhases> seconds_{};
};

}  // namespace espalier
