#include "experiment/phase_clock.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace espalier;

namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void pass_time() {
  const auto begin = std::chrono::steady_clock::now();
  while (seconds_since(begin) < 0.01) {
  }
}

}  // namespace

TEST_CASE("time of a phase inside another one is booked once") {
  PhaseClock clock;
  const auto begin = std::chrono::steady_clock::now();
  clock.time(PhaseClock::backward, [&] {
    pass_time();
    clock.time(PhaseClock::data, pass_time);
    clock.time(PhaseClock::forward, [&] { clock.time(PhaseClock::data, pass_time); });
  });
  const double all = seconds_since(begin);
  CHECK(clock.seconds(PhaseClock::data) >= 0.02);
  CHECK(clock.seconds(PhaseClock::backward) >= 0.01);
  CHECK(clock.training_seconds() <= all);
}

TEST_CASE("a phase that an exception ends is booked") {
  PhaseClock clock;
  const auto fail = [&] {
    clock.time(PhaseClock::forward, [] {
      pass_time();
      throw std::runtime_error("no");
    });
  };
  const auto begin = std::chrono::steady_clock::now();
  CHECK_THROWS(clock.time(PhaseClock::backward, fail));
  clock.time(PhaseClock::update, pass_time);
  const double all = seconds_since(begin);
  CHECK(clock.seconds(PhaseClock::forward) >= 0.01);
  CHECK(clock.seconds(PhaseClock::update) >= 0.01);
  CHECK(clock.training_seconds() <= all);
}
