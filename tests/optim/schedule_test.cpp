#include "optim/schedule.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "core/set_fields.hpp"

using namespace espalier;
using test::make;

namespace {

double factor(const Schedule& schedule, std::uint64_t step) {
  return schedule.factor({.step = step, .steps_per_epoch = 10, .total_steps = 100});
}

}  // namespace

TEST_CASE("constant stays 1") {
  const auto schedule = make(schedule_table(), "constant");
  for (const std::uint64_t step : {0U, 1U, 50U, 99U, 1000U}) CHECK(factor(*schedule, step) == 1.0);
}

TEST_CASE("step drops every few epochs") {
  const auto schedule = make(schedule_table(), "step", {{"every", Index{2}}, {"factor", 0.5}});
  CHECK(factor(*schedule, 0) == 1.0);
  CHECK(factor(*schedule, 19) == 1.0);
  CHECK(factor(*schedule, 20) == 0.5);
  CHECK(factor(*schedule, 39) == 0.5);
  CHECK(factor(*schedule, 40) == 0.25);
  CHECK(factor(*schedule, 99) == 0.0625);
}

TEST_CASE("cosine goes from 1 to its final factor") {
  const auto schedule = make(schedule_table(), "cosine", {{"final", 0.1}});
  CHECK(factor(*schedule, 0) == 1.0);
  CHECK(factor(*schedule, 25) == doctest::Approx(0.1 + 0.9 * (1.0 + std::sqrt(0.5)) / 2.0));
  CHECK(factor(*schedule, 50) == doctest::Approx(0.55));
  CHECK(factor(*schedule, 100) == doctest::Approx(0.1));
  CHECK(factor(*schedule, 250) == doctest::Approx(0.1));  // a run that was prolonged
  CHECK(factor(*make(schedule_table(), "cosine"), 100) == doctest::Approx(0.0));
}

TEST_CASE("warm-up rises linearly, then the schedule starts") {
  const auto constant = make(schedule_table(), "constant", {{"warmup", Index{4}}});
  for (std::uint64_t step = 0; step < 4; ++step) {
    CHECK(factor(*constant, step) == doctest::Approx(0.2 * static_cast<double>(step + 1)));
  }
  CHECK(factor(*constant, 4) == 1.0);
  const auto cosine = make(schedule_table(), "cosine", {{"warmup", Index{20}}});
  CHECK(factor(*cosine, 10) == doctest::Approx(11.0 / 21.0));
  CHECK(factor(*cosine, 20) == 1.0);
  CHECK(factor(*cosine, 60) == doctest::Approx(0.5));  // half of the 80 steps after it
  CHECK(factor(*cosine, 100) == doctest::Approx(0.0));
  const auto step =
      make(schedule_table(), "step", {{"every", Index{1}}, {"factor", 0.5}, {"warmup", Index{5}}});
  CHECK(factor(*step, 14) == 1.0);
  CHECK(factor(*step, 15) == 0.5);
}

TEST_CASE("a warm-up longer than the run never ends, and divides by nothing") {
  const auto cosine = make(schedule_table(), "cosine", {{"warmup", Index{200}}});
  CHECK(factor(*cosine, 99) == doctest::Approx(100.0 / 201.0));
  CHECK(std::isfinite(factor(*cosine, 200)));
  CHECK(std::isfinite(factor(*cosine, 201)));
}
