#include <algorithm>
#include <cmath>

#include "autograd/ops/op_values.hpp"
#include "espalier/error.hpp"

namespace espalier::test {

namespace {

/// Two streams, (1, 3) and (10, 20, 60), of one channel.
struct TwoStreams {
  OwnedParameter scale{"scale", {1}}, shift{"shift", {1}};
  OwnedBuffer mean0{"m0", {1}, real{0}}, variance0{"v0", {1}, real{1}};
  OwnedBuffer mean1{"m1", {1}, real{5}}, variance1{"v1", {1}, real{4}};

  TwoStreams() {
    scale.numbers = {2};
    shift.numbers = {100};
    scale.parameter.value.data = scale.numbers.data();
    shift.parameter.value.data = shift.numbers.data();
  }

  std::vector<double> run(bool training) {
    Tape tape(training);
    const Var x = tape.input("x", {1}, Dtype::floating, {{1, 3}, {0, 2}});
    const Var y =
        batch_norm(tape, x, scale.parameter, shift.parameter,
                   {{0, &mean0.buffer, &variance0.buffer}, {1, &mean1.buffer, &variance1.buffer}},
                   {.momentum = 0.25, .epsilon = 0.0});
    tape.keep(y);
    Plan plan(std::move(tape));
    std::ranges::copy(std::vector<double>{10, 20, 60, 1, 3}, plan.value(x).data);
    plan.forward(0);
    const auto span = plan.value(y).span();
    return {span.begin(), span.end()};
  }
};

}  // namespace

TEST_CASE("batch_norm in training uses the statistics of each stream and blends the running ones") {
  TwoStreams t;
  const double deviation = std::sqrt(1400.0 / 3.0);  // of (10, 20, 60) about 30
  check_near(t.run(true),
             {100 - 40 / deviation, 100 - 20 / deviation, 100 + 60 / deviation, 98.0, 102.0});
  CHECK(t.mean0.numbers[0] == doctest::Approx(0.25 * 2.0));
  CHECK(t.variance0.numbers[0] == doctest::Approx(0.75 + 0.25 * 2.0));
  CHECK(t.mean1.numbers[0] == doctest::Approx(0.75 * 5.0 + 0.25 * 30.0));
  CHECK(t.variance1.numbers[0] == doctest::Approx(0.75 * 4.0 + 0.25 * 700.0));
}

TEST_CASE("batch_norm in evaluation uses the running statistics of the row's stream") {
  TwoStreams t;
  check_near(t.run(false), {100 + 5.0, 100 + 15.0, 100 + 55.0, 102.0, 106.0});
  CHECK(t.mean1.numbers[0] == 5.0);
  CHECK(t.variance1.numbers[0] == 4.0);
}

TEST_CASE("batch_norm of one row gives the shift and keeps finite running statistics") {
  Values v;
  OwnedBuffer mean("m", {2}, real{0}), variance("v", {2}, real{1});
  const Var y = batch_norm(v.tape(), v.input(1, {2}, {3.0, -4.0}), v.parameter({2}, {1, 1}),
                           v.parameter({2}, {0.5, 0.25}), {{0, &mean.buffer, &variance.buffer}});
  check_near(v.run(y), {0.5, 0.25});
  CHECK(mean.numbers[0] == doctest::Approx(0.3));
  CHECK(variance.numbers[0] == doctest::Approx(0.9));
}

TEST_CASE("layer_norm normalises each vector") {
  Values v;
  const Var x = v.input(1, {2, 2}, {1.0, 3.0, 7.0, -7.0});
  check_near(
      v.run(layer_norm(v.tape(), x, v.parameter({2}, {2, 3}), v.parameter({2}, {0, 1}), 3.0)),
      {-1.0, 2.5, 2 * 7 / std::sqrt(52.0), 1 - 3 * 7 / std::sqrt(52.0)});
}

TEST_CASE("embedding looks rows up, a negative token gives zeros") {
  Values v;
  Parameter& table = v.parameter({3, 2}, {1, 2, 3, 4, 5, 6});
  check_near(v.run(embedding(v.tape(), v.integers(2, {2}, {2, 0, -1, 2}), table)),
             {5, 6, 1, 2, 0, 0, 5, 6});
}

TEST_CASE("embedding refuses a token that its table does not have") {
  Values v;
  Parameter& table = v.parameter({3, 2}, {1, 2, 3, 4, 5, 6});
  const Var y = embedding(v.tape(), v.integers(2, {2}, {2, 0, -1, 3}), table);
  CHECK_THROWS_WITH_AS(v.run(y), "[embedding] expected tokens below 3, found 3 in row 1",
                       RunFailure);
}

}  // namespace espalier::test
