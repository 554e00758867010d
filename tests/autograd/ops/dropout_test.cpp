#include <algorithm>
#include <cmath>
#include <numeric>

#include "autograd/ops/channel_dropout.hpp"
#include "autograd/ops/op_values.hpp"

namespace espalier::test {

namespace {

constexpr Index kWidth = 7;

/// Ones of the given streams through dropout at `step`: 0 where dropped.
std::vector<double> dropped(const std::vector<StreamRows>& streams, double rate, std::uint64_t step,
                            std::uint64_t seed = 1, Index width = kWidth) {
  Tape tape(/*training=*/true);
  const Var x = tape.input("x", {width}, Dtype::floating, streams);
  const Var y =
      dropout(tape, x, rate, {{0, RandomStream(seed, "a")}, {1, RandomStream(seed, "b")}});
  tape.keep(y);
  Plan plan(std::move(tape));
  std::ranges::fill(plan.value(x).span(), real{1});
  plan.forward(step);
  const auto span = plan.value(y).span();
  return {span.begin(), span.end()};
}

}  // namespace

TEST_CASE("dropout drops at its rate and keeps the mean") {
  const auto y = dropped({{0, 1000}}, 0.3, 0, 1, 100);
  const auto zeros = static_cast<double>(std::ranges::count(y, 0.0));
  CHECK(zeros / 1e5 == doctest::Approx(0.3).epsilon(0.02));
  CHECK(static_cast<double>(std::ranges::count(y, 1.0 / 0.7)) == 1e5 - zeros);
}

TEST_CASE("a dropout mask is a function of seed, stream, step, row and element alone") {
  const auto small = dropped({{0, 3}}, 0.5, 4), large = dropped({{0, 9}}, 0.5, 4);
  CHECK(std::equal(small.begin(), small.end(), large.begin()));
  const auto both = dropped({{1, 5}, {0, 3}}, 0.5, 4);
  CHECK(std::equal(small.begin(), small.end(), both.begin() + 5 * kWidth));
  CHECK(dropped({{0, 9}}, 0.5, 4) == large);
  CHECK(dropped({{0, 9}}, 0.5, 5) != large);
  CHECK(dropped({{0, 9}}, 0.5, 4, 2) != large);
  CHECK_FALSE(std::equal(both.begin(), both.begin() + 3 * kWidth, small.begin()));
}

TEST_CASE("rows and elements of a dropout mask differ") {
  const auto y = dropped({{0, 64}}, 0.5, 0, 1, 64);
  for (Index r = 1; r < 64; ++r) {
    CHECK_FALSE(std::equal(y.begin(), y.begin() + 64, y.begin() + r * 64));
  }
}

TEST_CASE("dropout changes nothing in evaluation or at rate 0") {
  Tape evaluation(/*training=*/false), training(/*training=*/true);
  const Var x = evaluation.input("x", {3}, Dtype::floating, {{0, 2}});
  CHECK(dropout(evaluation, x, 0.5, {}).id == x.id);
  const Var z = training.input("x", {3}, Dtype::floating, {{0, 2}});
  CHECK(dropout(training, z, 0.0, {}).id == z.id);
}

TEST_CASE("dropout of channels drops all places of a channel in a row, or none") {
  constexpr Index kRows = 400, kPlaces = 6, kChannels = 5;
  Tape tape(/*training=*/true);
  const Var x = tape.input("x", {3, 2, kChannels}, Dtype::floating, {{0, kRows}});
  const Var y = channel_dropout(tape, x, 0.25, {{0, RandomStream(1, "a")}});
  tape.keep(y);
  Plan plan(std::move(tape));
  std::ranges::fill(plan.value(x).span(), real{1});
  plan.forward(3);
  const real* out = plan.value(y).data;
  Index kept = 0, mixed = 0;
  for (Index r = 0; r < kRows; ++r, out += kPlaces * kChannels) {
    for (Index c = 0; c < kChannels; ++c) {
      for (Index p = 1; p < kPlaces; ++p) CHECK(out[p * kChannels + c] == out[c]);
      kept += out[c] == static_cast<real>(1.0 / 0.75) ? 1 : 0;
      mixed += out[c] != out[0] ? 1 : 0;
    }
  }
  CHECK(static_cast<double>(kept) / (kRows * kChannels) == doctest::Approx(0.75).epsilon(0.05));
  CHECK(mixed > kRows / 2);  // channels of one row differ
}

}  // namespace espalier::test
